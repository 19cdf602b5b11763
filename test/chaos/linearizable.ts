/**
 * Whether what many clients were told of one object, all at once, is possible: whether each call can be given moments between
 * its beginning and its end at which it took effect, such that every answer follows from the state at these moments
 * (Herlihy and Wing 1990). Calls are added to a set of possible worlds as they begin, and at each end those worlds are
 * kept in which it had its effect (Lowe 2017, "just-in-time linearization"): if none is left, the answer was impossible.
 */

/** A call as its client saw it. An effect in several steps, such as a stop and its completion, has them in this order. */
export interface Operation {
  readonly label: string;
  /** Numbers of a clock on which no two events are the same. */
  readonly began: number;
  readonly ended: number;
  readonly steps: readonly Step[];
}

/**
 * `look`: the state is such at that moment; nothing comes of it. `change`: from a state to those that may follow; none: it
 * is impossible there.
 */
export type Step =
  | { readonly kind: "look"; readonly holds: (state: string) => boolean }
  | { readonly kind: "change"; readonly to: (state: string) => readonly string[] };

export interface Violation {
  readonly operation: Operation;
  /** States that were possible when it began to be impossible, and what was under way. */
  readonly states: readonly string[];
  readonly pending: readonly string[];
}

/**
 * The first call whose answer no order explains; `null` if there is none.
 *
 * @param own what the object may do by itself in a state, such as to end.
 * @throws if so much was under way at a time that it cannot be decided.
 */
export function firstViolation(
  initial: string,
  own: (state: string) => readonly string[],
  operations: readonly Operation[],
): Violation | null {
  const events = operations
    .flatMap((operation) => [
      { at: operation.began, operation, begins: true },
      { at: operation.ended, operation, begins: false },
    ])
    .toSorted((a, b) => a.at - b.at);
  const pending: Operation[] = [];
  let worlds: Worlds = new Map([[keyOf({ state: initial, done: [] }), { state: initial, done: [] }]]);
  for (const { operation, begins } of events) {
    if (begins) {
      pending.push(operation);
      worlds = collect([...worlds.values()].map(({ state, done }) => ({ state, done: [...done, 0] })));
      continue;
    }
    const index = pending.indexOf(operation);
    const reached = closure(worlds, pending, own);
    const possible = [...reached.values()].filter(({ done }) => done[index] === operation.steps.length);
    if (possible.length === 0) {
      const states = [...new Set([...reached.values()].map(({ state }) => state))];
      return { operation, states, pending: pending.map(({ label }) => label) };
    }
    pending.splice(index, 1);
    worlds = collect(possible.map(({ state, done }) => ({ state, done: done.toSpliced(index, 1) })));
  }
  return null;
}

/** A state, and how many steps each pending call has done in it. */
interface PossibleWorld {
  readonly state: string;
  readonly done: readonly number[];
}
type Worlds = Map<string, PossibleWorld>;

function closure(worlds: Worlds, pending: readonly Operation[], own: (state: string) => readonly string[]): Worlds {
  const reached: Worlds = new Map();
  const queue: PossibleWorld[] = [];
  const add = (world: PossibleWorld): void => {
    const seen = lookAround(world, pending);
    const key = keyOf(seen);
    if (reached.has(key)) return;
    if (reached.size > MOST) throw new Error(`${pending.length} calls at once are too many to decide`);
    reached.set(key, seen);
    queue.push(seen);
  };
  worlds.forEach(add);
  for (let world = queue.pop(); world !== undefined; world = queue.pop()) {
    const { state, done } = world;
    for (const next of own(state)) add({ state: next, done });
    for (const [index, operation] of pending.entries()) {
      const at = done[index] ?? 0;
      const step = operation.steps[at];
      if (step?.kind !== "change" || isNotItsTurn(index, done, pending)) continue;
      for (const next of step.to(state)) add({ state: next, done: done.with(index, at + 1) });
    }
  }
  return reached;
}

const MOST = 300_000;

/** Looks that hold are taken at once: whoever has them behind himself can do all that he could before. */
function lookAround({ state, done }: PossibleWorld, pending: readonly Operation[]): PossibleWorld {
  const after = done.map((count, index) => {
    const { steps } = pending[index] ?? { steps: [] };
    let at = count;
    for (let step = steps[at]; step?.kind === "look" && step.holds(state); step = steps[at]) at++;
    return at;
  });
  return { state, done: after };
}

/** Of calls that are alike, the one that ends first goes first: to swap them makes nothing impossible. */
function isNotItsTurn(index: number, done: readonly number[], pending: readonly Operation[]): boolean {
  const own = pending[index];
  return pending.some(
    (other, at) =>
      own !== undefined && other.label === own.label && done[at] === done[index] && other.ended < own.ended,
  );
}

function collect(worlds: readonly PossibleWorld[]): Worlds {
  return new Map(worlds.map((world) => [keyOf(world), world]));
}

function keyOf({ state, done }: PossibleWorld): string {
  return `${state} ${done.join("")}`;
}
