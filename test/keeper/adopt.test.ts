import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readRegistry, registryFile, type ProgramRecord } from "../../src/keeper/registry.ts";
import { eventually, logTo, makeFolder, openKeeper, removeFolder, sh } from "./harness.ts";

let folder = "";
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

/** Makes the records of the keeper that has ended say something else, as lines that come later do. */
function rerecord(change: (record: ProgramRecord) => object): void {
  const file = registryFile(join(folder, "keeper"));
  const lines = readRegistry(file).records.flatMap((run) => [{ gone: run.key }, { run: { ...run, ...change(run) } }]);
  // The last line of a keeper that was killed may have been cut.
  fs.appendFileSync(file, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"run":{"version":1,"ke`);
}

test("a program whose spawn was not recorded yet is found by its life FIFO and never started twice", async () => {
  const log = join(folder, "log");
  const first = openKeeper(folder);
  const request = sh("a:a", "echo one; read x; echo $x; sleep 60", { logs: { stdout: logTo(log), stderr: "stdout" } });
  const started = await first.keeper.start(request);
  if (!started.ok) throw new Error(started.errno);
  await eventually(() => fs.readFileSync(log, "utf8") === "one\n");
  first.keeper.close();
  // As it was a moment before the record of the spawn replaced the record of the intent.
  rerecord(() => ({ pid: 0, startTime: "" }));
  const second = openKeeper(folder);
  const { processes } = await second.keeper.snapshot();
  expect(processes).toMatchObject([{ key: "a:a", incarnation: 1, pid: started.pid, adopted: true }]);
  expect(await second.keeper.start(request)).toMatchObject({ ok: false, errno: "alive" });
  expect(await second.keeper.writeStdin("a:a", new TextEncoder().encode("two\n"))).toBe("queued");
  await eventually(() => fs.readFileSync(log, "utf8") === "one\ntwo\n");
  expect(await second.keeper.signal("a:a", 9, "group")).toEqual({ ok: true });
  expect(await second.exit("a:a")).toMatchObject({ code: null, signal: null, unknown: true, pid: started.pid });
  expect((await second.keeper.start({ ...request, incarnation: 2, argv: ["sh", "-c", "exit 0"] })).ok).toBe(true);
  await second.exit("a:a", 2);
  second.keeper.close();
});

test("a live program whose log and FIFOs are gone is still taken over, and never started twice", async () => {
  const logs = { stdout: logTo(join(folder, "d", "log")), stderr: "stdout" } as const;
  fs.mkdirSync(join(folder, "d"));
  const first = openKeeper(folder);
  const started = await first.keeper.start(sh("a:a", "exec sleep 60", { logs }));
  if (!started.ok) throw new Error(started.errno);
  first.keeper.close();
  fs.rmSync(join(folder, "d"), { recursive: true });
  fs.rmSync(join(folder, "keeper", "fifo"), { recursive: true });
  const second = openKeeper(folder);
  expect((await second.keeper.snapshot()).processes).toMatchObject([{ pid: started.pid, adopted: true }]);
  await second.keeper.signal("a:a", 9, "process");
  expect(await second.exit("a:a")).toMatchObject({ unknown: true, pid: started.pid });
  second.keeper.close();
});

test("a pid that belongs to somebody else by now is neither adopted nor signalled", async () => {
  const first = openKeeper(folder);
  await first.keeper.start(sh("a:a", "exit 0"));
  await first.exit("a:a");
  first.keeper.close();
  const stranger = spawn("sleep", ["60"]);
  rerecord(() => ({ pid: stranger.pid, startTime: "1", ended: null }));
  const second = openKeeper(folder);
  const { processes, pending } = await second.keeper.snapshot();
  expect(processes).toMatchObject([{ pid: 0, incarnation: 1 }]);
  expect(pending.at(-1)).toMatchObject({ type: "exit", key: "a:a", unknown: true });
  expect(await second.keeper.signal("a:a", 9, "process")).toEqual({ ok: false, errno: "ESRCH" });
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill("SIGKILL");
  second.keeper.close();
});

test("an exit that was told but not acknowledged is told again by the next keeper, with its number and code", async () => {
  const first = openKeeper(folder);
  await first.keeper.start(sh("a:a", "exit 5"));
  const told = await first.exit("a:a");
  first.keeper.close();
  const second = openKeeper(folder);
  expect((await second.keeper.snapshot()).pending).toEqual([told]);
  second.keeper.acknowledge("seq" in told ? Number(told.seq) : 0, { mine: "1" });
  second.keeper.close();
  const third = openKeeper(folder);
  expect(await third.keeper.snapshot()).toMatchObject({ pending: [], saved: { mine: "1" } });
  third.keeper.close();
});
