import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { dropSupervisor, spawnSupervisor } from "../../keeper/supervisor-process.ts";
import type { CheckAnswer, CheckRequest, EarlyGo } from "../check-answer.ts";

/**
 * A supervisor that is started before there is a keeper: while it reads the config, this process reads the keeper's code, and
 * what it has read it need not read again. If the config is refused, or if a supervisor started now would inherit something else
 * than this one did (a user, limits), it is dropped; it has done nothing by then.
 */
export class EarlySupervisor {
  /** What the check came to. Rejects if it ended without a word. */
  readonly answer: Promise<CheckAnswer>;
  readonly #child: ChildProcess;

  constructor(request: CheckRequest) {
    const check = ["--config", request.config, "--check", JSON.stringify(request)];
    const child = spawnSupervisor([process.execPath, join(__dirname, "supervisor.cjs"), ...check], 0, "inherit");
    this.#child = child;
    this.answer = new Promise((resolve, reject) => {
      child.once("message", (answer) => resolve(answer as CheckAnswer));
      child.once("error", reject);
      child.once("exit", (code, signal) =>
        reject(new Error(`the config could not be checked (${signal ?? `status ${code}`})`)),
      );
    });
    // Who wants it asks for it; it may come before.
    this.answer.catch(() => undefined);
  }

  /** From now on it is the supervisor that these arguments make; its keeper may serve it. */
  go(args: readonly string[]): ChildProcess {
    if (this.#child.connected) this.#child.send({ op: "go", args } satisfies EarlyGo, () => undefined);
    return this.#child;
  }

  /** Resolves when it is gone. */
  async drop(): Promise<void> {
    await dropSupervisor(this.#child);
  }
}
