/**
 * A control group (version 2) for each program that is stopped as a group: nobody gets out of it, by `setsid`, by a double fork, or
 * by closing what was inherited. They are used where we may make them below our own; everywhere else session and life FIFO have to do.
 *
 * A child is in the group of its parent at the fork. So the keeper enters the program's group for the moment of the spawn, which is
 * one synchronous call, and leaves it again: moving the child afterwards would come too late for what it has started by then.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { basename, join } from "node:path";
import { ownGroup } from "./own-group.ts";

let found: { readonly own: string | null; readonly user: number | undefined } | null = null;

/**
 * The folder of our group, if processes may be moved from it to one below it and back; else `null`. It shows when one is moved,
 * which takes the kernel some 10 ms: it is done once for each user that we are, and may be done before there is a keeper.
 */
export function movable(): string | null {
  const user = process.geteuid?.();
  if (found === null || found.user !== user)
    found = { user, own: process.env["SUP_CGROUPS"] === "0" ? null : tryToMove(ownGroup()) };
  return found.own;
}

function tryToMove(own: string | null): string | null {
  if (own === null) return null;
  const probe = new Cgroup(join(own, `sup-probe-${process.pid}`));
  try {
    fs.mkdirSync(probe.path, { recursive: true });
    moveTo(probe.path);
    moveTo(own);
    return own;
  } catch {
    return null;
  } finally {
    probe.remove();
  }
}

/** The group of one run. */
export class Cgroup {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Its processes, without zombies; none if it is gone. Never our own. */
  pids(): number[] {
    return readPids(this.path).filter((pid) => pid !== process.pid);
  }

  /** Sends SIGKILL to all of them at once. Linux 5.14; before, or if we are in it ourselves, nothing happens. */
  kill(): void {
    if (readPids(this.path).includes(process.pid)) return;
    try {
      fs.writeFileSync(join(this.path, "cgroup.kill"), "1");
    } catch {
      // Whoever asks for it signals each of them as well.
    }
  }

  /** Removes it if it is empty. */
  remove(): void {
    try {
      fs.rmdirSync(this.path);
    } catch {
      // Somebody is in it, or it is gone.
    }
  }
}

export class Cgroups {
  readonly #own: string;
  readonly #base: string;

  private constructor(own: string, base: string) {
    this.#own = own;
    this.#base = base;
  }

  /** `folder` tells keepers apart. `null` where there is no version 2, where we may not, or with SUP_CGROUPS=0. */
  static open(folder: string): Cgroups | null {
    const own = movable();
    if (own === null) return null;
    const name = `sup-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`;
    const groups = new Cgroups(own, join(own, name));
    try {
      fs.mkdirSync(groups.#base, { recursive: true });
      groups.sweep();
      return groups;
    } catch {
      groups.close();
      return null;
    }
  }

  /** A group for a run, whose name must be used once only. Throws the system's error. */
  make(name: string): Cgroup {
    const group = new Cgroup(join(this.#base, basename(name)));
    fs.mkdirSync(group.path);
    return group;
  }

  /** Does something whose children are born in the group; outside of it if the system does not let us in. */
  inside<T>(group: Cgroup, what: () => T): T {
    try {
      moveTo(group.path);
    } catch {
      return what();
    }
    try {
      return what();
    } finally {
      this.#comeBack();
    }
  }

  /** What was born lives, also if we cannot get out at the moment: whoever made it must hear of it. */
  #comeBack(): void {
    try {
      moveTo(this.#own);
    } catch {
      setTimeout(() => this.#comeBack(), TRY_AGAIN).unref();
    }
  }

  /** Removes the groups of runs that are over. */
  sweep(): void {
    for (const entry of fs.readdirSync(this.#base, { withFileTypes: true }))
      if (entry.isDirectory()) new Cgroup(join(this.#base, entry.name)).remove();
  }

  /** Removes what nobody is in. */
  close(): void {
    try {
      this.sweep();
      fs.rmdirSync(this.#base);
    } catch {
      // Programs run on, for a later keeper.
    }
  }
}

/** Milliseconds. */
const TRY_AGAIN = 1000;

function moveTo(path: string): void {
  fs.writeFileSync(join(path, "cgroup.procs"), String(process.pid));
}

function readPids(path: string): number[] {
  try {
    return fs.readFileSync(join(path, "cgroup.procs"), "latin1").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
