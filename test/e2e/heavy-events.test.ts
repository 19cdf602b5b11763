import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive, Project } from "../support/project.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

test("a listener that takes nothing, and has room for many events, does not take the keeper's memory", async () => {
  // Each piece of output is an event; the keeper has 64 MB for all that it holds.
  const flood = `perl -e '$| = 1; $line = chr(0) x 65535 . "\\n"; print $line for 1 .. 2000; open F, ">done"; sleep 1000'`;
  project.write(
    "supervisor.config.json",
    JSON.stringify({
      programs: { flood: { command: flood, stdoutEventsEnabled: true, stdoutLogfile: "NONE", autostart: false } },
      eventlisteners: { mute: { command: "sleep 1000", events: ["PROCESS_LOG"], bufferSize: 5000 } },
    }),
  );
  expect((await project.sup("up", "--wait", "-d")).exitCode).toBe(0);
  const before = await project.status();
  await project.sup("start", "flood");
  const mainLog = execFileSync("find", [project.folder, "-name", "supervisord.log"], { encoding: "utf8" }).trim();
  await project.until((status) => status.pid !== before.pid || existsSync(join(project.folder, "done")), "all of it");
  const after = await project.status();
  expect(after.pid).toBe(before.pid);
  expect(isAlive(before.pid)).toBe(true);
  expect(readFileSync(mainLog, "utf8")).toMatch(/ERRO pool mute event buffer overflowed, discarding event \d+/);
  const memory = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${before.pid}/status`, "utf8"))?.[1]);
  expect(memory).toBeLessThan(160 * 1024);
  expect((await project.sup("down")).exitCode).toBe(0);
});
