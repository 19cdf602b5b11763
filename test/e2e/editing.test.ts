import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiClient } from "../../src/client/api-client.ts";
import { placesFor } from "../../src/daemon/places.ts";
import type { PlanReport } from "../../src/protocol/api.ts";
import { callAt } from "../support/event-records.ts";
import { Project } from "../support/project.ts";

// What belongs to a config, and what is said about mistakes in it. The ways of saving are C3 of test/chaos.

let project: Project;
let reports: PlanReport[];
let wake: () => void;
let following: AbortController;

beforeEach(async () => {
  project = new Project();
  reports = [];
  wake = () => {};
  following = new AbortController();
  save(0);
  const up = await project.sup("up", "-d");
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  const client = new ApiClient({ socket: placesFor(file(), project.env).socket });
  await new Promise<void>((opened) => {
    const listen = async (): Promise<void> => {
      for await (const item of client.stream({ events: true }, following.signal)) {
        if (item.type === "open") opened();
        if (item.type !== "plan") continue;
        reports.push(item.report);
        wake();
      }
    };
    listen().catch(() => {});
  });
});

afterEach(async () => {
  following.abort();
  await project.close();
});

describe("saving a config", () => {
  test("that it imports counts as well, also when only its import is mended", async () => {
    project.write("port.ts", "export const seconds = 2000;\n");
    writeFileSync(
      file(),
      `import { seconds } from "./port.ts";\nexport default { programs: { one: { command: \`sleep \${seconds}\` } } };\n`,
    );
    await told(1);
    project.write("port.ts", "export const seconds = ;\n");
    await told(2);
    expect(reports[1]).toMatchObject({ ok: false });
    expect(reports[1]?.problems).toMatch(/port\.ts:1:2\d/);
    project.write("port.ts", "export const seconds = 2001;\n");
    await told(3);
    expect(reports[2]?.steps[0]?.changes).toEqual(["command: sleep 2000 -> sleep 2001"]);
  });

  test("that it would import counts as well: a file before another, what was missing, a package", async () => {
    const importing = (name: string): string =>
      `import { seconds } from "${name}";\nexport default { programs: { one: { command: \`sleep \${seconds}\` } } };\n`;
    // Where npm would install something.
    project.write("package.json", "{}");
    project.write("lib/port/index.ts", "export const seconds = 2000;\n");
    writeFileSync(file(), importing("./lib/port"));
    await told(1);
    project.write("lib/port.ts", "export const seconds = 2001;\n");
    await told(2);
    expect(reports[1]?.steps[0]?.changes).toEqual(["command: sleep 2000 -> sleep 2001"]);
    writeFileSync(file(), importing("./late/gone.js"));
    await told(3);
    project.write("late/gone.ts", "export const seconds = 2002;\n");
    await told(4);
    expect(reports[3]?.steps[0]?.changes).toEqual(["command: sleep 2001 -> sleep 2002"]);
    writeFileSync(file(), importing("pack"));
    await told(5);
    project.write("aside/pack/package.json", '{ "main": "./main.js" }');
    project.write("aside/pack/main.js", "exports.seconds = 2003;\n");
    renameSync(join(project.folder, "aside"), join(project.folder, "node_modules"));
    await told(6);
    expect(reports.map((report) => report.ok)).toEqual([true, true, false, true, false, true]);
  });

  test("with a mistake is told once, however often it is saved", async () => {
    const broken = text(1).replace("command", "comand");
    writeFileSync(file(), broken);
    await told(1);
    writeFileSync(file(), `${broken}\n`);
    writeFileSync(file(), `${broken}\n\n`);
    save(2);
    await told(2);
    expect(reports.map((report) => report.ok)).toEqual([false, true]);
  });
});

function file(): string {
  return join(project.folder, "supervisor.config.ts");
}

function text(version: number): string {
  return `import { defineConfig } from "sup";\nexport default defineConfig({\n  programs: {\n    one: { command: "sleep ${1000 + version}" },\n  },\n});\n`;
}

function save(version: number): void {
  writeFileSync(file(), text(version));
}

/** Resolves once `count` reports have come. */
function told(count: number): Promise<void> {
  return new Promise((resolve) => {
    wake = () => {
      if (reports.length >= count) resolve();
    };
    wake();
  });
}

test("names of AUTO logs are told as Supervisor tells them: not after a reread, again once added, not after the next", async () => {
  const { socket } = placesFor(file(), project.env);
  const log = async (): Promise<string> =>
    /'name': 'one'.*?'stdout_logfile': '([^']*)'/.exec(await callAt(socket, "getAllConfigInfo"))?.[1] ?? "";
  expect(await log()).toMatch(/^\//);
  await callAt(socket, "reloadConfig");
  expect(await log()).toBe("auto");
  await callAt(socket, "stopProcessGroup", "one");
  await callAt(socket, "removeProcessGroup", "one");
  await callAt(socket, "addProcessGroup", "one");
  expect(await log()).toMatch(/^\//);
  await callAt(socket, "reloadConfig");
  expect(await log()).toBe("auto");
});
