import { execFileSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { programs } from "../support/project.ts";
import type { World } from "./world.ts";

export const FAULTY_CALLS = ["open", "write", "rename", "unlink"] as const;
export type FaultyCall = (typeof FAULTY_CALLS)[number];
export type Fault = { readonly call: FaultyCall; readonly error: keyof typeof constants.errno | "short" };

/** Makes a daemon's calls on files below a folder fail on command (test/programs/failing-files.c). */
export class Faults {
  readonly #rules: string;
  #seed = 1;

  private constructor(rules: string) {
    this.#rules = rules;
  }

  /** Call it before the daemon is started. `null` if there is no C compiler here. */
  static prepare(world: World, folder: string): Faults | null {
    const library = join(world.folder, "failing-files.so");
    try {
      const source = join(programs, "failing-files.c");
      execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { stdio: "ignore" });
    } catch {
      return null;
    }
    const faults = new Faults(join(world.folder, "faults"));
    faults.none();
    Object.assign(world.project.env, { LD_PRELOAD: library, FAULTS: faults.#rules, FAULTS_UNDER: folder });
    return faults;
  }

  none(): void {
    this.#write("");
  }

  /** From now on these calls fail. `how`: what stands before `return(...)` in fail(9), such as `3*` or `50%`. */
  inject(faults: readonly Fault[], how: string): void {
    const lines = FAULTY_CALLS.map((call) => {
      const terms = faults
        .filter((fault) => fault.call === call)
        .map(({ error }) => {
          // Interrupted for ever is no fault that exists, and libuv would try for ever.
          const often = error === "EINTR" && how === "" ? "9*" : how;
          return error === "short" ? `${often}short` : `${often}return(${constants.errno[error]})`;
        });
      return terms.length === 0 ? "" : `${call} ${terms.join("->")}\n`;
    });
    this.#write(lines.join(""));
  }

  #write(lines: string): void {
    writeFileSync(`${this.#rules}.new`, `seed ${++this.#seed}\n${lines}`);
    renameSync(`${this.#rules}.new`, this.#rules);
  }
}
