import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeeperCore } from "../../src/keeper/keeper-core.ts";
import type { ExitEvent, Keeper, KeeperEvent, LogSpec, StartRequest } from "../../src/protocol/keeper.ts";

/** A keeper in a folder of its own, with everything it told so far. */
export function openKeeper(folder = makeFolder(), nofileSoft: number | null = null): TestKeeper {
  const keeper = new KeeperCore({ folder: join(folder, "keeper"), nofileSoft });
  return { keeper, folder, ...listen(keeper) };
}

export interface TestKeeper extends Listener {
  readonly keeper: KeeperCore;
  readonly folder: string;
}

export interface Listener {
  readonly told: KeeperEvent[];
  /** The exit of this key's incarnation, past or to come. */
  exit(key: string, incarnation?: number): Promise<ExitEvent>;
  /** Resolves as soon as the condition holds after some event. */
  until(condition: () => boolean): Promise<void>;
}

export function listen(keeper: Keeper): Listener {
  const told: KeeperEvent[] = [];
  const waiting = new Set<() => void>();
  keeper.events.onEvent((event) => {
    told.push(event);
    for (const check of waiting) check();
  });
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const exit = async (key: string, incarnation = 1): Promise<ExitEvent> => {
    const find = (): ExitEvent | undefined =>
      told.find(
        (event): event is ExitEvent & { seq: number } =>
          event.type === "exit" && event.key === key && event.incarnation === incarnation,
      );
    await until(() => find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error("unreachable");
    return found;
  };
  return { told, exit, until };
}

export function makeFolder(): string {
  const folder = fs.mkdtempSync(join(tmpdir(), "sup-keeper-"));
  fs.chmodSync(folder, 0o755);
  return folder;
}

export function logTo(path: string | null, rest: Partial<LogSpec> = {}): LogSpec {
  return { path, maxbytes: 0, backups: 0, stripAnsi: false, captureMaxbytes: 0, events: false, ...rest };
}

/** A request to run a shell script. */
export function sh(key: string, script: string, rest: Partial<StartRequest> = {}): StartRequest {
  return {
    key,
    incarnation: 1,
    file: "/bin/sh",
    argv: ["sh", "-c", script],
    environment: { PATH: "/usr/bin:/bin" },
    directory: null,
    umask: null,
    uid: null,
    logs: { stdout: logTo(null), stderr: logTo(null) },
    stop: { signal: 15, waitsecs: 5, stopasgroup: false, killasgroup: true },
    ...rest,
  };
}

/** Waits for a fact outside the keeper. */
export async function eventually<T>(look: () => T | null | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Until this keeper reads none of its FIFOs any more, and what is to be done at that has been done, a turn later. */
export async function unread({ folder }: TestKeeper): Promise<void> {
  const open = (): string[] => fs.readdirSync("/proc/self/fd").map((fd) => targetOf(`/proc/self/fd/${fd}`));
  await eventually(() => !open().some((path) => path.startsWith(join(folder, "keeper", "fifo"))));
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function targetOf(link: string): string {
  try {
    return fs.readlinkSync(link);
  } catch {
    // It was the one that listed them.
    return "";
  }
}

/** Removes a test's folder. A keeper that was closed a moment ago may still be removing spare FIFOs from it. */
export async function removeFolder(folder: string): Promise<void> {
  await eventually(() => {
    try {
      fs.rmSync(folder, { recursive: true, force: true });
      return true;
    } catch {
      return false;
    }
  });
}
