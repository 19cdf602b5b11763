import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A control group that processes are put into one by one, with a limit on the memory they use from then on. */
export class MemoryLimit {
  readonly #folder: string;
  readonly version: 1 | 2;

  private constructor(folder: string, version: 1 | 2) {
    this.#folder = folder;
    this.version = version;
  }

  /** `null` if the machine does not let us make one, which takes root and the memory controller. */
  static make(name: string): MemoryLimit | null {
    for (const [version, own] of [
      [1, ownGroup("memory", "/sys/fs/cgroup/memory")],
      [2, ownUnifiedGroup()],
    ] as const) {
      if (own === null) continue;
      const limit = new MemoryLimit(join(own, name), version);
      try {
        mkdirSync(limit.#folder);
        limit.set(1 << 30);
        return limit;
      } catch {
        limit.remove();
      }
    }
    return null;
  }

  /** Puts a process in. What it uses already stays with the group it was in: only what comes to it counts here. */
  add(pid: number): void {
    writeFileSync(join(this.#folder, "cgroup.procs"), String(pid));
  }

  /** `bytes`: what all of them may use. Throws if they use more already and the kernel does not find the difference. */
  set(bytes: number): void {
    writeFileSync(join(this.#folder, this.version === 1 ? "memory.limit_in_bytes" : "memory.max"), String(bytes));
    if (this.version === 2) writeFileSync(join(this.#folder, "memory.swap.max"), "0");
  }

  /** Bytes in use. */
  get used(): number {
    return Number(this.#read(this.version === 1 ? "memory.usage_in_bytes" : "memory.current"));
  }

  /** How many processes the kernel has killed for it so far. */
  get kills(): number {
    const text = this.#read(this.version === 1 ? "memory.oom_control" : "memory.events");
    return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0);
  }

  /** Nobody may be in it any more. */
  remove(): void {
    try {
      rmdirSync(this.#folder);
    } catch {
      // It was not made, or somebody is in it: then it shows.
    }
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), "latin1");
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
