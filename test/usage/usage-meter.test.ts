import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { UsageMeter } from "../../src/usage/usage-meter.ts";
import { eventually } from "../support/http.ts";
import { sendSignal } from "../support/send-signal.ts";

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      sendSignal(-pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
});

/** A program in a session of its own, as the keeper starts them. */
async function program(script: string): Promise<number> {
  const child = spawn("sh", ["-c", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  started.push(pid);
  await once(child.stdout, "data");
  return pid;
}

describe("the usage of a program", () => {
  test("is that of its whole tree, orphans of its session included, and of nobody else's", async () => {
    const tree = await program("(sleep 1000 & sleep 1000 & echo >&3) 3>&1; sleep 1000 & echo up; wait");
    const other = await program("echo up; exec sleep 1000");
    // What was forked may not have become what it will be: its size is asked for once it has.
    await eventually(() => comm(other) === "sleep", "the second program");
    // The first words of the tree come before its last child.
    let now = 0;
    const meter = new UsageMeter(() => (now += 2000));
    await eventually(() => meter.measure([tree, other]).get(tree)?.processes === 4, "the whole tree");
    const usage = meter.measure([tree, other]);
    expect(usage.get(tree)?.processes).toBe(4);
    expect(usage.get(other)?.processes).toBe(1);
    const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${other}/status`, "utf8"))?.[1]);
    // The kernel's two counters may differ by what is not yet added up per thread.
    expect(Math.abs((usage.get(other)?.memory ?? 0) - kilobytes * 1024)).toBeLessThan(512 * 1024);
    expect(usage.get(tree)?.memory ?? 0).toBeGreaterThan(usage.get(other)?.memory ?? Infinity);
  });

  test("shows in percent of a processor who computes and who sleeps, from the second look on", async () => {
    const busy = await program("echo up; while :; do :; done");
    const idle = await program("echo up; exec sleep 1000");
    let now = 0;
    const meter = new UsageMeter(() => now);
    const first = meter.measure([busy, idle]);
    expect(first.get(busy)?.cpu).toBe(null);
    const before = ticks(busy);
    await eventually(() => ticks(busy) >= before + 50, "half a second of computing");
    now = 2000;
    const second = meter.measure([busy, idle]);
    expect(second.get(busy)?.cpu ?? 0).toBeGreaterThanOrEqual(25);
    expect(second.get(idle)?.cpu ?? 100).toBeLessThan(5);
    now = 2500;
    expect(meter.measure([busy]), "a second look within a second costs nothing").toBe(second);
  });

  test("is unknown for a process that does not exist", () => {
    expect(new UsageMeter(() => 0).measure([2 ** 22 + 1]).size).toBe(0);
  });
});

function comm(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[11]);
}
