import type { Dependency, ProcessSpec } from "../model/model.ts";
import type { ProcessState } from "../model/states.ts";

/** What a gate needs to know about one process of a program. */
export interface DependencyFacts {
  readonly state: ProcessState;
  /** Its readiness check has passed in this run; true as soon as it is RUNNING if it has none. */
  readonly ready: boolean;
  /** EXITED with a code that `exitcodes` lists. */
  readonly completed: boolean;
}

/** All processes of each program, by program name. */
export type WorldOfPrograms = ReadonlyMap<string, readonly DependencyFacts[]>;

/** One dependency that holds a start back. */
export interface Waiting {
  readonly program: string;
  readonly condition: Dependency["condition"];
  /** What is the matter, such as `db is STARTING`. */
  readonly why: string;
}

export type Gate = { readonly open: true } | { readonly open: false; readonly waitingFor: readonly Waiting[] };

/** May this process start now? Every process of every program it depends on must have reached the condition. */
export function openGate(spec: Pick<ProcessSpec, "dependsOn">, programs: WorldOfPrograms): Gate {
  const waitingFor = spec.dependsOn.flatMap(({ program, condition }) => {
    const why = obstacle(program, condition, programs.get(program) ?? []);
    return why === null ? [] : [{ program, condition, why }];
  });
  return waitingFor.length === 0 ? { open: true } : { open: false, waitingFor };
}

function obstacle(
  program: string,
  condition: Dependency["condition"],
  processes: readonly DependencyFacts[],
): string | null {
  if (processes.length === 0) return `there is no program ${program}`;
  const late = processes.filter((facts) => !hasReached(condition, facts));
  const [first] = late;
  if (first === undefined) return null;
  const count = processes.length > 1 ? ` (${processes.length - late.length} of ${processes.length} done)` : "";
  return `${program} ${describe(condition, first)}${count}`;
}

function hasReached(condition: Dependency["condition"], facts: DependencyFacts): boolean {
  switch (condition) {
    case "started":
      return facts.state === "RUNNING";
    case "ready":
      return facts.state === "RUNNING" && facts.ready;
    case "completed":
      return facts.state === "EXITED" && facts.completed;
  }
}

function describe(condition: Dependency["condition"], facts: DependencyFacts): string {
  if (condition === "ready" && facts.state === "RUNNING") return "is running but not ready yet";
  if (condition === "completed" && facts.state === "RUNNING") return "has not completed yet";
  if (condition === "completed" && facts.state === "EXITED") return "has failed";
  return `is ${facts.state}`;
}
