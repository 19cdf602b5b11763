import type { GroupSpec, Model } from "../model/model.ts";
import { planChange, type GroupPlan, type Plan } from "../model/plan/plan.ts";
import { applyPlan } from "./apply-plan.ts";
import { comeBack } from "./come-back.ts";
import { Fates, identityOf } from "./fates.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Edits that are being applied, several at a time: one whose program takes minutes to stop holds up a later one only in the
 * groups that both change. A group is changed by one edit after the other, in the order in which they were made.
 */
export class EditsUnderWay {
  readonly #supervisor: Supervisor;
  /** What the groups that are being changed are to become; `null`: they go. */
  readonly #targets = new Map<string, GroupSpec | null>();
  /** The last edit of each such group: resolves when the group is as that one wants it. */
  readonly #last = new Map<string, Promise<void>>();
  readonly #underWay = new Set<Fates>();

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
  }

  get areDone(): boolean {
    return this.#underWay.size === 0;
  }

  /** The groups as they will be when all edits are through. */
  groups(): readonly GroupSpec[] {
    const groups = new Map([...this.#supervisor.groups.values()].map((group) => [group.name, group.spec]));
    for (const [name, target] of this.#targets) {
      if (target === null) groups.delete(name);
      else groups.set(name, target);
    }
    return [...groups.values()];
  }

  /**
   * Applies a plan that was made against `groups()`. Begins at once, and resolves when all of it has been done.
   *
   * @param next the model that it leads to.
   */
  async apply(plan: Plan, next: Model): Promise<void> {
    const changed = plan.groups.filter((group) => group.action !== "unchanged");
    this.#adopt(plan);
    const { held, free } = this.#divide(changed);
    const before = held.map((group) => this.#last.get(group.name));
    const turns = new Map(changed.map((group) => [group.name, this.#begin(group)]));
    const end = (name: string): void => turns.get(name)?.();
    const fates = new Fates(this.#underWay);
    this.#underWay.add(fates);
    try {
      await Promise.all([
        applyPlan(this.#supervisor, { ...plan, groups: free }, end, fates),
        Promise.all(before).then(() => applyPlan(this.#supervisor, this.#planAnew(held, next), end, fates)),
      ]);
    } finally {
      for (const group of changed) end(group.name);
      this.#underWay.delete(fates);
      if (this.areDone) {
        void this.#supervisor.dropInherited();
        for (const process of this.#supervisor.processes()) comeBack(this.#supervisor, process, "returns");
      }
    }
  }

  /** What is equal becomes the same, so that the next comparison need not look into it. */
  #adopt(plan: Plan): void {
    for (const { name, action, before, after } of plan.groups) {
      if (action !== "unchanged" || before === after || after === null || this.#targets.has(name)) continue;
      const group = this.#supervisor.groups.get(name);
      if (group !== undefined) group.spec = after;
    }
  }

  /** What an earlier edit is still at has to wait; so has a program that moves to or from there. */
  #divide(changed: readonly GroupPlan[]): { readonly held: readonly GroupPlan[]; readonly free: readonly GroupPlan[] } {
    const held = new Set(changed.filter((group) => this.#last.has(group.name)));
    for (let size = -1; size !== held.size;) {
      size = held.size;
      const moving = new Set([...held].flatMap((group) => movingIn(group)));
      for (const group of changed) if (movingIn(group).some((one) => moving.has(one))) held.add(group);
    }
    return { held: [...held], free: changed.filter((group) => !held.has(group)) };
  }

  /** The next edit of this group has to wait until what is returned is called. */
  #begin({ name, after }: GroupPlan): () => void {
    let end = (): void => {};
    const turn = new Promise<void>((resolve) => (end = resolve));
    this.#last.set(name, turn);
    this.#targets.set(name, after);
    return () => {
      end();
      if (this.#last.get(name) !== turn) return;
      this.#last.delete(name);
      this.#targets.delete(name);
    };
  }

  /** From what the groups have become by now. */
  #planAnew(held: readonly GroupPlan[], next: Model): Plan {
    const now = held.flatMap(({ name }) => this.#supervisor.groups.get(name)?.spec ?? []);
    const then = held.flatMap(({ after }) => after ?? []);
    return planChange({ ...next, groups: now }, { ...next, groups: then });
  }
}

function movingIn(group: GroupPlan): string[] {
  const moving = group.processes.filter(({ action }) => action === "add" || action === "remove");
  return moving.map(({ before, after }) => identityOf(before ?? after));
}
