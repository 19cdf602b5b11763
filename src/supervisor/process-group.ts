import type { GroupSpec } from "../model/model.ts";
import type { ManagedProcess } from "./managed-process.ts";

/** The processes that are added, removed, started and stopped under one name, in the order of their config. */
export class ProcessGroup {
  spec: GroupSpec;
  readonly processes = new Map<string, ManagedProcess>();

  constructor(spec: GroupSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  /** Puts the members in the order of a new spec. */
  reorder(spec: GroupSpec): void {
    this.spec = spec;
    const members = new Map(this.processes);
    this.processes.clear();
    for (const { name } of spec.processes) {
      const process = members.get(name);
      if (process !== undefined) this.processes.set(name, process);
    }
  }

  /** By priority, stably. */
  byPriority(): ManagedProcess[] {
    return [...this.processes.values()].sort((a, b) => a.spec.priority - b.spec.priority);
  }
}
