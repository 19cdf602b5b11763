import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ProcessSpec } from "../../src/model/model.ts";
import { hurry } from "../../src/supervisor/shut-down.ts";
import { processSpec } from "../machine/specs.ts";
import { World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

const pattern = (text: string): ProcessSpec["ready"] => ({
  check: { kind: "log", pattern: text },
  interval: 1,
  timeout: 1,
});

/** A program that says `warming up`, and `now ready` once there is a file `go`. */
function slow(ready: ProcessSpec["ready"], rest: Partial<ProcessSpec> = {}): ProcessSpec {
  const script = "echo warming up; while [ ! -e go ]; do sleep 0.05; done; echo now ready; exec sleep 1000";
  const { stdout } = processSpec("web");
  return processSpec("web", {
    command: `/bin/sh -c '${script}'`,
    directory: world.folder,
    startsecs: 0,
    ready,
    stdout: { ...stdout, logfile: { kind: "file", path: join(world.folder, "web.log") } },
    ...rest,
  });
}

test("a supervisor that takes over does not take a line of an earlier run for this one's", async () => {
  writeFileSync(join(world.folder, "web.log"), "warming up\nnow ready\n");
  await world.begin([slow(pattern("now ready"))]);
  await world.until("web", ({ life }) => life.state === "RUNNING");
  expect(world.process("web").ready).toBe(false);
  const before = world.process("web").outputAtBoot("stdout");
  const next = await world.successor();
  const web = world.process("web", next);
  // It has been looked for: the answer of the keeper to a later question comes after that.
  await world.keeper.follow("web:web", "stdout", true);
  await new Promise((resolve) => setImmediate(resolve));
  expect([web.life.state, web.ready]).toEqual(["RUNNING", false]);
  expect(web.outputAtBoot("stdout")).toEqual(before);
  appendFileSync(join(world.folder, "go"), "");
  await world.until("web", ({ ready }) => ready, next);
});

test("a line is found in whatever colours it is, and however much comes after it", async () => {
  const script =
    'printf "\\033[1mLocal\\033[22m: here\\n"; head -c 200000 /dev/zero | tr "\\0" x; echo > said; exec sleep 1000';
  const said = (ready: ProcessSpec["ready"]): ProcessSpec => slow(ready, { command: `/bin/sh -c '${script}'` });
  await world.begin([said(pattern("typo"))]);
  while (!existsSync(join(world.folder, "said"))) await new Promise((resolve) => setTimeout(resolve, 5));
  await world.edit([said(pattern("^Local:"))]);
  await world.until("web", ({ ready }) => ready);
});

test("a check that is edited while its program starts is asked anew", async () => {
  await world.begin([slow(pattern("typo"), { startsecs: 1 })]);
  await world.until("web", ({ life, pid }) => life.state === "STARTING" && pid !== 0);
  await world.edit([slow(pattern("now ready"), { startsecs: 1 })]);
  await world.until("web", ({ life }) => life.state === "RUNNING");
  expect(world.process("web").ready).toBe(false);
  appendFileSync(join(world.folder, "go"), "");
  await world.until("web", ({ ready }) => ready);
});

test("a shutdown that nobody has begun cannot be hurried, nor can a later stop", async () => {
  const script = 'trap "sleep 0.3; echo > graceful; exit" TERM; echo > up; while :; do sleep 0.05; done';
  const command = `/bin/sh -c '${script}'`;
  await world.begin([processSpec("web", { command, directory: world.folder, startsecs: 0, stopwaitsecs: 60 })]);
  while (!existsSync(join(world.folder, "up"))) await new Promise((resolve) => setTimeout(resolve, 5));
  hurry(world.supervisor, 0);
  await world.supervisor.stopAndWait(world.process("web"));
  expect(existsSync(join(world.folder, "graceful"))).toBe(true);
});
