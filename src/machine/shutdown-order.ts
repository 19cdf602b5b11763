import type { GroupSpec, ProcessSpec } from "../model/model.ts";

/**
 * How the daemon goes down: waves, each to be signalled at once and awaited whole. Groups descending, strictly one after
 * another; a wave lists its members by descending priority. A program goes before whatever it depends on, in the same group
 * (which then takes several waves) or in another one (which is then brought forward, as far as needed).
 */
export function shutdownWaves(groups: readonly GroupSpec[]): readonly (readonly ProcessSpec[])[] {
  const order = [...groups]
    .sort(byPriorityAndName)
    .reverse()
    .map((group) => [...ascending(group.processes)].reverse());
  const line = new StopLine(order.flat());
  return order.flatMap((members) => line.wavesFor(members));
}

/**
 * The processes that are still up, in the order in which they are to go. Each is taken out once, and each dependency is
 * looked at only when one of its two ends goes, so thousands of groups take milliseconds.
 */
class StopLine {
  readonly #place: ReadonlyMap<ProcessSpec, number>;
  readonly #left: Set<ProcessSpec>;
  readonly #copies = new Map<string, ProcessSpec[]>();
  readonly #dependents = new Map<string, ProcessSpec[]>();
  /** How many of those left depend on a program: its processes go when this is 0. */
  readonly #holders = new Map<string, number>();

  constructor(processes: readonly ProcessSpec[]) {
    this.#place = new Map(processes.map((spec, index) => [spec, index]));
    this.#left = new Set(processes);
    for (const spec of this.#left) {
      listUnder(this.#copies, spec.program, spec);
      for (const needed of neededBy(spec)) listUnder(this.#dependents, needed, spec);
    }
    for (const [program, dependents] of this.#dependents) this.#holders.set(program, dependents.length);
  }

  /** Takes out those of `members` that are left, after everything that needs one of them. */
  wavesFor(members: readonly ProcessSpec[]): readonly (readonly ProcessSpec[])[] {
    const rest = this.#withDependents(members);
    const waves: ProcessSpec[][] = [];
    let free = [...rest].filter(({ program }) => !this.#isHeld(program));
    while (rest.size > 0) {
      // A circle (the config refuses them) must not keep the daemon from ending.
      const wave = free.length > 0 ? free : [...rest];
      waves.push(wave.sort((a, b) => (this.#place.get(a) ?? 0) - (this.#place.get(b) ?? 0)));
      for (const spec of wave) {
        rest.delete(spec);
        this.#left.delete(spec);
      }
      free = wave.flatMap((spec) => this.#release(spec)).filter((spec) => rest.has(spec));
    }
    return waves;
  }

  /** The members and everything that, directly or not, needs one of them. */
  #withDependents(members: readonly ProcessSpec[]): Set<ProcessSpec> {
    const found = new Set(members.filter((spec) => this.#left.has(spec)));
    const programs = new Set<string>();
    // A set visits what is added during the visit.
    for (const { program } of found) {
      if (programs.has(program)) continue;
      programs.add(program);
      for (const spec of this.#dependents.get(program) ?? []) if (this.#left.has(spec)) found.add(spec);
    }
    return found;
  }

  /** `gone` holds nobody back any more: the processes that this sets free. */
  #release(gone: ProcessSpec): readonly ProcessSpec[] {
    return [...neededBy(gone)].flatMap((program) => {
      this.#holders.set(program, (this.#holders.get(program) ?? 0) - 1);
      return this.#isHeld(program) ? [] : (this.#copies.get(program) ?? []);
    });
  }

  #isHeld(program: string): boolean {
    return (this.#holders.get(program) ?? 0) > 0;
  }
}

/** The other programs that it depends on, each once. */
function neededBy(spec: ProcessSpec): ReadonlySet<string> {
  return new Set(spec.dependsOn.map(({ program }) => program).filter((program) => program !== spec.program));
}

function listUnder(index: Map<string, ProcessSpec[]>, program: string, spec: ProcessSpec): void {
  const list = index.get(program);
  if (list === undefined) index.set(program, [spec]);
  else list.push(spec);
}

function ascending(processes: readonly ProcessSpec[]): readonly ProcessSpec[] {
  return [...processes].sort((a, b) => a.priority - b.priority);
}

function byPriorityAndName(a: GroupSpec, b: GroupSpec): number {
  return a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
