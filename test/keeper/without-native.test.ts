import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { KeeperCore } from "../../src/keeper/keeper-core.ts";
import { FifoPool } from "../../src/keeper/spawn/fifo-pool.ts";
import { eventually, logTo, makeFolder, openKeeper, removeFolder, sh } from "./harness.ts";

// The rest of the keeper's tests use posix_spawn where koffi is installed. The same things hold without.

let folder = "";
const before = process.env["SUP_NATIVE"];
beforeAll(() => {
  process.env["SUP_NATIVE"] = "0";
});
afterAll(() => {
  if (before === undefined) delete process.env["SUP_NATIVE"];
  else process.env["SUP_NATIVE"] = before;
});
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

test("programs are started, their output is read, and their ends are told", async () => {
  const { keeper, exit } = openKeeper(folder);
  expect(keeper.native).toBeNull();
  const log = join(folder, "log");
  const started = await keeper.start(
    sh("a:a", "echo hello; exit 3", { logs: { stdout: logTo(log), stderr: "stdout" } }),
  );
  expect(started.ok).toBe(true);
  expect(await exit("a:a")).toMatchObject({ code: 3, signal: null });
  expect(fs.readFileSync(log, "utf8")).toBe("hello\n");
  await keeper.start(sh("b:b", "kill -SEGV $$"));
  expect(await exit("b:b")).toMatchObject({ code: null, signal: "SIGSEGV" });
  keeper.close();
});

test("programs are started whatever PATH is", async () => {
  const path = process.env["PATH"];
  process.env["PATH"] = "/nowhere";
  try {
    const { keeper, exit } = openKeeper(folder);
    expect(await keeper.start(sh("a:a", "exit 3"))).toMatchObject({ ok: true });
    expect(await exit("a:a")).toMatchObject({ code: 3 });
    keeper.close();
  } finally {
    process.env["PATH"] = path;
  }
});

test("the soft limit of open files is that of the one who started us", async () => {
  const keeper = new KeeperCore({ folder: join(folder, "keeper"), nofileSoft: 300 });
  const log = join(folder, "log");
  await keeper.start(sh("a:a", "ulimit -Sn", { logs: { stdout: logTo(log), stderr: "stdout" } }));
  await eventually(() => fs.readFileSync(log, "utf8") === "300\n");
  keeper.close();
});

test("a program that makes FIFOs cannot be started for now: who waits is told, and the next one tries again", async () => {
  const pool = new FifoPool(folder);
  // More than the kernel takes as one variable: for this, and for a lack of memory, Node throws.
  process.env["TOO_LONG"] = "x".repeat(200_000);
  try {
    await expect(pool.take(3)).rejects.toThrow("E2BIG");
  } finally {
    delete process.env["TOO_LONG"];
  }
  expect(await pool.take(3)).toHaveLength(3);
  pool.close();
});
