import type { GroupSpec, ProcessSpec } from "../model.ts";
import { sameValue } from "../plan/same-value.ts";
import type { World } from "../world.ts";
import { questioned, sameAnswers, type Question } from "./questions.ts";
import { Settler } from "./settle.ts";

/**
 * What was made of a config's programs, so that building its next version takes what is new in it.
 *
 * Theory. The processes of a program follow from three things: what it says, what all programs inherit, and what the machine answers
 * (is there such a folder, what does that file hold). If all three are as before, so are the processes, and they are not
 * merely equal then but the very same objects: whoever compares two models goes by what is identical. Mistakes are not
 * kept: whatever has one is built anew, and told anew.
 */
export class BuildMemory {
  readonly #settled = new WeakSet<object>();
  #settler = new Settler(this.#settled);
  #inherited = "";
  #before = new Map<string, Built>();
  #now = new Map<string, Built>();
  #groups = new Map<string, GroupSpec>();

  /** Begins with another version. @param inherited all that is not the program's own, as text. */
  begin(inherited: string): void {
    this.#before = inherited === this.#inherited ? this.#now : new Map();
    this.#now = new Map();
    this.#inherited = inherited;
    this.#settler = new Settler(this.#settled);
  }

  /**
   * The processes that `build` makes of a program, or has made of it before.
   *
   * @param place where the program stands, and for which group it is built.
   * @param program the same object if it says the same; see `ShapeMemory`.
   * @param build what it asks of the machine, it asks of the world that it is given; `false` if it found a mistake.
   */
  processes(
    place: string,
    program: object,
    world: World,
    build: (world: World) => { readonly processes: readonly ProcessSpec[]; readonly sound: boolean },
  ): readonly ProcessSpec[] {
    const known = this.#before.get(place);
    if (known?.program === program && sameAnswers(world, known.questions)) {
      this.#now.set(place, known);
      return known.processes;
    }
    const questions: Question[] = [];
    const { processes, sound } = build(questioned(world, questions));
    if (!sound) return processes;
    const settled = processes.map((process) => this.#settle(process));
    this.#now.set(place, { program, questions: questions.length === 0 ? NONE : questions, processes: settled });
    return settled;
  }

  /** Ends with the groups of a version without mistakes: those that are as before are the same objects. */
  groups(groups: readonly GroupSpec[]): readonly GroupSpec[] {
    const same = groups.map((group) => {
      const before = this.#groups.get(group.name);
      return before !== undefined && isSame(before, group) ? before : this.#settle(group);
    });
    this.#groups = new Map(same.map((group) => [group.name, group]));
    this.#before = new Map();
    return same;
  }

  /** A frozen copy that shares its parts with others of this version. */
  settle<T>(value: T): T {
    return this.#settler.settle(value);
  }

  #settle<T extends object>(value: T): T {
    const copy = this.#settler.settle(value);
    this.#settled.add(copy);
    return copy;
  }
}

interface Built {
  readonly program: object;
  readonly questions: readonly Question[];
  readonly processes: readonly ProcessSpec[];
}

const NONE: readonly Question[] = [];

function isSame(a: GroupSpec, b: GroupSpec): boolean {
  return (
    a.kind === b.kind &&
    a.priority === b.priority &&
    a.processes.length === b.processes.length &&
    a.processes.every((process, index) => process === b.processes[index]) &&
    sameValue(a.listener, b.listener) &&
    sameValue(a.fcgi, b.fcgi)
  );
}
