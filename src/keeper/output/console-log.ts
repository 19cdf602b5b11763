import type { ConsoleStyle } from "../../protocol/keeper.ts";
import { ConsoleLines } from "./console-lines.ts";
import type { LogFiles } from "./log-files.ts";
import type { LogTarget } from "./log-target.ts";

/**
 * What keeper and supervisor say themselves, as lines named `sup` among those of the programs. If nobody reads them, programs
 * wait, as they would with any pipe; we must not, so then ours are left out, and counted.
 */
export class ConsoleLog {
  readonly #files: LogFiles;
  readonly #target: LogTarget;
  readonly #lines: ConsoleLines;
  #leftOut = 0;

  /** Throws the system's error if there is no usable standard output. */
  constructor(files: LogFiles, style: ConsoleStyle) {
    this.#files = files;
    this.#target = files.console();
    this.#lines = new ConsoleLines({ ...style, name: "sup", stream: "stdout" });
  }

  /** Text that may end within a line. */
  readonly say = (chunk: Uint8Array): void => {
    if (this.#target.busy) {
      this.#leftOut += chunk.length;
      return;
    }
    if (this.#leftOut > 0) {
      const note = `\n${this.#leftOut} bytes of the daemon's log were left out here: standard output was not read\n`;
      this.#leftOut = 0;
      this.#target.write(this.#lines.push(Buffer.from(note)));
    }
    const lines = this.#lines.push(chunk);
    if (lines.length > 0) this.#target.write(lines);
  };

  close(): void {
    const rest = this.#lines.end();
    if (rest.length > 0) this.#target.write(rest);
    this.#files.release(this.#target);
  }
}
