import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { Side } from "./supervisord-pair.ts";

/** What test/support/failing-calls.c can make fail. `fork` is also posix_spawn. */
export type FailingCall = "kill" | "fork" | "wait" | "open" | "watch";

/** System calls of one daemon, and of what it starts, that fail on command. */
export class FailingCalls {
  readonly #folder: string;

  constructor(side: Pick<Side, "path">) {
    this.#folder = side.path("failing");
    mkdirSync(this.#folder, { recursive: true });
  }

  /** What the daemon has to be started with. */
  get environment(): NodeJS.ProcessEnv {
    return { LD_PRELOAD: library(), FAIL_CALLS: this.#folder };
  }

  /** From now on the call fails; `open` only for paths that end with `path`. */
  fail(call: FailingCall, errno: keyof typeof constants.errno, path = ""): void {
    writeFileSync(join(this.#folder, call), `${constants.errno[errno]} ${path}`);
  }

  heal(call: FailingCall): void {
    rmSync(join(this.#folder, call));
  }

  /** The wall clock is off by so many seconds. */
  shiftClock(seconds: number): void {
    writeFileSync(join(this.#folder, "clock"), String(seconds));
  }
}

let built: string | null = null;

function library(): string {
  if (built !== null) return built;
  const folder = mkdtempSync(join(tmpdir(), "failing-calls-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "failing-calls.so");
  execFileSync("gcc", ["-shared", "-fPIC", "-o", file, join(import.meta.dirname, "failing-calls.c"), "-ldl"]);
  return (built = file);
}
