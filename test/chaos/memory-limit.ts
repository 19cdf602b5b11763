import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { WatchedLimit } from "./watched-limit.ts";

/** A limit on the memory of processes that are put under it one by one; who goes beyond is killed. */
export interface MemoryLimit {
  /** Who kills, in words for the report. */
  readonly kind: string;
  /** Puts a process under it. What it uses already does not count, only what comes to it from now on. */
  add(pid: number): void;
  /** `bytes`: what all of them may use. Throws if they use more already and that cannot be had back. */
  set(bytes: number): void;
  /** Bytes in use. */
  readonly used: number;
  /** How many processes were killed for it so far. */
  readonly kills: number;
  /** Nobody may be under it any more. */
  remove(): void;
}

/** The kernel's, where it keeps what it is told; else one that looks at the processes and kills as the kernel would. */
export async function limitMemory(name: string): Promise<MemoryLimit> {
  const { limit, why } = await kernelLimit(name);
  return limit ?? new WatchedLimit(why);
}

async function kernelLimit(name: string): Promise<{ limit: GroupLimit | null; why: string }> {
  const why: string[] = [];
  for (const [version, own] of [
    [1, ownGroup("memory", "/sys/fs/cgroup/memory")],
    [2, ownUnifiedGroup()],
  ] as const) {
    if (own === null) continue;
    const limit = new GroupLimit(join(own, name), version);
    try {
      mkdirSync(limit.folder);
      if (await kills(limit)) return { limit, why: "" };
      why.push(`control groups of version ${version} kill nobody`);
    } catch (error) {
      why.push(String(error));
    }
    limit.remove();
  }
  return { limit: null, why: why.join(", ") || "no control group with the memory controller" };
}

/** Some machines let a group be made, and a limit be set, and enforce nothing. */
async function kills(limit: GroupLimit): Promise<boolean> {
  const glutton = spawn("perl", ["-e", '<STDIN>; $all = "x" x 64_000_000'], { stdio: ["pipe", "ignore", "ignore"] });
  const ended = once(glutton, "exit");
  try {
    limit.add(glutton.pid!);
    limit.set(8 << 20);
    glutton.stdin.end("\n");
    // Where `oom_kill_disable` is set it is made to wait instead, for ever.
    await Promise.race([ended, pause(10_000, null, { ref: false })]);
    limit.tried = limit.kills;
    return glutton.signalCode === "SIGKILL" && limit.tried > 0;
  } finally {
    glutton.kill("SIGKILL");
    await ended;
    limit.set(1 << 30);
  }
}

/** A control group. */
class GroupLimit implements MemoryLimit {
  readonly folder: string;
  readonly #version: 1 | 2;
  /** Killed to see whether the kernel does. */
  tried = 0;

  constructor(folder: string, version: 1 | 2) {
    this.folder = folder;
    this.#version = version;
  }

  get kind(): string {
    return `the kernel, by a control group of version ${this.#version}`;
  }

  /** What a process uses already stays with the group it was in. */
  add(pid: number): void {
    writeFileSync(join(this.folder, "cgroup.procs"), String(pid));
  }

  set(bytes: number): void {
    writeFileSync(join(this.folder, this.#version === 1 ? "memory.limit_in_bytes" : "memory.max"), String(bytes));
    if (this.#version === 2) writeFileSync(join(this.folder, "memory.swap.max"), "0");
  }

  get used(): number {
    return Number(this.#read(this.#version === 1 ? "memory.usage_in_bytes" : "memory.current"));
  }

  get kills(): number {
    const text = this.#read(this.#version === 1 ? "memory.oom_control" : "memory.events");
    return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0) - this.tried;
  }

  remove(): void {
    try {
      rmdirSync(this.folder);
    } catch {
      // It was not made, or somebody is in it: then it shows.
    }
  }

  #read(name: string): string {
    return readFileSync(join(this.folder, name), "latin1");
  }
}

/** Folder of our own group in the hierarchy of version 2; `null` where there is none. */
export function ownUnifiedGroup(): string | null {
  return ownGroup("", "/sys/fs/cgroup/unified") ?? ownGroup("", "/sys/fs/cgroup");
}

function ownGroup(controller: string, mount: string): string | null {
  try {
    const line = readFileSync("/proc/self/cgroup", "latin1")
      .split("\n")
      .map((text) => text.split(":"))
      .find(([number, controllers]) => (controller === "" ? number === "0" : controllers === controller));
    if (line === undefined) return null;
    const folder = join(mount, line.slice(2).join(":"));
    readFileSync(join(folder, "cgroup.procs"));
    return folder;
  } catch {
    return null;
  }
}
