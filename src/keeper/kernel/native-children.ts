import type { ChildProcess } from "node:child_process";
import { signalName, type ExitStatus } from "./exit-status.ts";
import type { SystemCalls } from "./system-calls.ts";

/** A process that was started, by whatever means. */
export interface Child {
  readonly pid: number;
  /** Clock ticks since boot; "" if it was gone at once. */
  readonly startTime: string;
  /** Its end is told exactly: see `ChildEnd`. */
  readonly exact: boolean;
  /** Called once, when it has been reaped. */
  onExit(listener: (end: ChildEnd) => void): void;
}

/** What is known of an end: all of it, or what Node tells (see `exitStatus`). */
export type ChildEnd =
  | { readonly exact: true; readonly status: ExitStatus }
  | { readonly exact: false; readonly code: number | null; readonly signal: string | null };

export function childOfNode(child: ChildProcess, startTime: string): Child {
  return {
    pid: child.pid ?? 0,
    startTime,
    exact: false,
    onExit: (listener) => void child.on("exit", (code, signal) => listener({ exact: false, code, signal })),
  };
}

/**
 * Reaps the children that were started without Node. The kernel's SIGCHLD wakes us, and it is asked which child it was, so a
 * death costs the same with ten programs and with a thousand.
 */
export class NativeChildren {
  readonly #calls: SystemCalls;
  readonly #listeners = new Map<number, (end: ChildEnd) => void>();
  readonly #onSignal = (): void => this.#collect(false);

  constructor(calls: SystemCalls) {
    this.#calls = calls;
    process.on("SIGCHLD", this.#onSignal);
  }

  /** To be called in the turn in which the child was started. */
  child(pid: number, startTime: string): Child {
    return { pid, startTime, exact: true, onExit: (listener) => void this.#listeners.set(pid, listener) };
  }

  close(): void {
    process.off("SIGCHLD", this.#onSignal);
    this.#listeners.clear();
  }

  #collect(again: boolean): void {
    for (let dead = this.#calls.peek(); dead !== null; dead = this.#calls.peek()) {
      const listener = this.#listeners.get(dead.pid);
      if (listener === undefined) {
        // Node's own: it reaps it in this very turn, and then the next one shows.
        if (again) this.#askForEach();
        else setImmediate(() => this.#collect(true));
        return;
      }
      this.#told(dead, listener);
    }
  }

  /** Somebody else's dead child stays in the way, as orphans do where we are process 1. */
  #askForEach(): void {
    for (const [pid, listener] of this.#listeners) {
      const dead = this.#calls.peek(pid);
      if (dead !== null) this.#told(dead, listener);
    }
  }

  #told(dead: NonNullable<ReturnType<SystemCalls["peek"]>>, listener: (end: ChildEnd) => void): void {
    this.#calls.reap(dead.pid);
    this.#listeners.delete(dead.pid);
    const status: ExitStatus =
      dead.how === "exited"
        ? { code: dead.status, signal: null, unknown: false }
        : {
            code: null,
            signal: nameOf(dead.status),
            unknown: false,
            ...(dead.how === "dumped" ? { coreDumped: true } : {}),
          };
    listener({ exact: true, status });
  }
}

/** SIGIO and SIGPOLL are one signal on Linux; `exitStatus` has the same choice to make. */
function nameOf(signal: number): string {
  const name = signalName(signal);
  return name === "SIGIO" ? "SIGPOLL" : name;
}
