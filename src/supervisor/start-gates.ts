import { openGate, type DependencyFacts, type Waiting } from "../machine/gates.ts";
import type { ManagedProcess } from "./managed-process.ts";

/**
 * Holds back processes whose dependencies are not there yet, and lets them go when a change of a dependency opens their
 * gate. Only those that wait are ever looked at, and only when a program that they wait for has changed.
 */
export class StartGates {
  readonly #waiting = new Map<ManagedProcess, readonly Waiting[]>();
  readonly #processesOf: (program: string) => readonly ManagedProcess[];

  constructor(processesOf: (program: string) => readonly ManagedProcess[]) {
    this.#processesOf = processesOf;
  }

  /** True if it may start now; otherwise it is remembered. */
  admit(process: ManagedProcess): boolean {
    const { dependsOn } = process.spec;
    const programs = new Map(
      dependsOn.map(({ program }) => [program, this.#processesOf(program).map(factsOf)] as const),
    );
    const gate = openGate(process.spec, programs);
    if (gate.open) this.#waiting.delete(process);
    else this.#waiting.set(process, gate.waitingFor);
    return gate.open;
  }

  /** What it waits for; empty if it does not wait. */
  waitingFor(process: ManagedProcess): readonly Waiting[] {
    return this.#waiting.get(process) ?? [];
  }

  /** The processes that may start now that `changed` is as it is. They no longer wait. */
  released(changed: ManagedProcess): readonly ManagedProcess[] {
    if (this.#waiting.size === 0) return [];
    const { program } = changed.spec;
    return [...this.#waiting.keys()].filter(
      (process) => process.spec.dependsOn.some((dependency) => dependency.program === program) && this.admit(process),
    );
  }

  forget(process: ManagedProcess): void {
    this.#waiting.delete(process);
  }

  clear(): void {
    this.#waiting.clear();
  }
}

function factsOf({ life, ready }: ManagedProcess): DependencyFacts {
  return { state: life.state, ready, completed: life.state === "EXITED" && life.expected };
}
