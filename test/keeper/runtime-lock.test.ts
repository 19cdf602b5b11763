import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findKeeper, lockRuntime } from "../../src/keeper/runtime-lock.ts";
import { eventually, makeFolder, removeFolder } from "./harness.ts";

const runtimes = [makeFolder(), makeFolder(), makeFolder()] as const;
afterAll(() => Promise.all(runtimes.map(removeFolder)));

test("a folder has one owner, and none once what it is in is gone, even if that goes while the owner is asked", async () => {
  const folder = join(runtimes[0], "keeper");
  fs.mkdirSync(folder);
  expect(await findKeeper(folder)).toBeNull();
  expect(await lockRuntime(folder)).toBeNull();
  expect(await lockRuntime(folder)).toBe(process.pid);
  expect(await findKeeper(folder)).toBe(process.pid);
  const found = findKeeper(folder);
  fs.rmSync(runtimes[0], { recursive: true });
  expect(await found).toBeNull();
  expect(await findKeeper(folder)).toBeNull();
});

test("a folder that goes while it is taken, with the keeper that ends, is taken", async () => {
  const folder = join(runtimes[1], "keeper");
  fs.mkdirSync(folder);
  const locked = lockRuntime(folder);
  fs.rmSync(folder, { recursive: true });
  expect(await locked).toBeNull();
  expect(await findKeeper(folder)).toBe(process.pid);
  expect(await lockRuntime(folder)).toBe(process.pid);
});

test.skipIf(process.platform !== "linux")("whoever asks for the owner and stays costs no descriptor", async () => {
  const names = (): string[] => fs.readFileSync("/proc/net/unix", "latin1").match(/@sup-keeper-[0-9a-f-]+@*/g) ?? [];
  const before = new Set(names());
  const folder = join(runtimes[2], "keeper");
  expect(await lockRuntime(folder)).toBeNull();
  const name = names().find((one) => !before.has(one)) ?? "";
  expect(name).not.toBe("");
  // Any user can: the name has no owner.
  const script = `use Socket; (my $name = $ARGV[0]) =~ tr/@/\\0/; my @all; for (1..200) { socket my $s, AF_UNIX, SOCK_STREAM, 0 or die; connect $s, pack_sockaddr_un($name) or die;
    sysread $s, my $said, 20; push @all, $s } $| = 1; print "all"; <STDIN>`;
  const crowd = spawn("perl", ["-e", script, name], { stdio: ["pipe", "pipe", "inherit"] });
  const [said] = (await once(crowd.stdout, "data")) as [Buffer];
  expect(said.toString()).toBe("all");
  // Ours are those that have the name.
  await eventually(() => names().filter((one) => one === name).length === 1);
  expect(crowd.exitCode).toBeNull();
  crowd.stdin.end();
  await once(crowd, "exit");
});
