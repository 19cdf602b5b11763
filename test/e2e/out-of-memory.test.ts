import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { limitMemory, type MemoryLimit } from "../chaos/memory-limit.ts";
import { Project } from "../support/project.ts";

let project: Project;
let limit: MemoryLimit;

beforeEach(async () => {
  project = new Project();
  limit = await limitMemory(`sup-e2e-${process.pid}`);
});
afterEach(async () => {
  await project.sup("down");
  await project.close();
  limit.remove();
});

test("a program that the kernel kills for lack of memory is not just terminated by SIGKILL", async ({ skip }) => {
  // One that the test has to enforce itself is not counted by the kernel.
  if (!limit.kind.startsWith("the kernel")) skip();
  const glutton = `perl -e 'sleep 1; $all = "x" x 400_000_000; sleep 1000'`;
  const killed = `perl -e 'kill KILL, $$'`;
  const off = { startsecs: 0, autostart: false, autorestart: false };
  const programs = { glutton: { command: glutton, ...off }, killed: { command: killed, ...off } };
  project.write("supervisor.config.json", JSON.stringify({ programs }));
  expect((await project.sup("up", "-d")).exitCode).toBe(0);
  // What it has already does not count; its programs are born there.
  limit.add((await project.status()).pid);
  limit.set(150_000_000);
  await project.sup("start", "--no-wait", "glutton");
  const one = (name: string) => (status: Awaited<ReturnType<Project["status"]>>) =>
    status.processes.find((each) => each.namespec === name && each.state === "EXITED");
  const after = await project.until((status) => one("glutton")(status) !== undefined, "the glutton's end");
  const text =
    "terminated by SIGKILL (out of memory? the kernel has killed a process of this daemon for lack of it since this one was started)";
  expect(one("glutton")(after)).toMatchObject({ lastExit: text, exitstatus: -1 });
  expect(one("glutton")(after)?.why).toBe(`ended by itself: ${text}; autorestart is off`);
  const mainLog = execFileSync("find", [project.folder, "-name", "supervisord.log"], { encoding: "utf8" }).trim();
  const log = readFileSync(mainLog, "utf8");
  expect(log).toMatch(
    /exited: glutton \(terminated by SIGKILL; not expected\)\n.*WARN glutton terminated by SIGKILL \(out of memory\?/,
  );
  // Who is killed otherwise afterwards was not.
  await project.sup("start", "killed");
  const end = await project.until((status) => one("killed")(status) !== undefined, "the other's end");
  expect(one("killed")(end)?.lastExit).toBe("terminated by SIGKILL");
});
