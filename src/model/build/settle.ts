/**
 * Makes frozen copies of plain data that take little room, since a model has thousands of parts and stays: parts that say the same are
 * one (all that holds no other part), and those with the same keys share their hidden class, which V8 does not do for what was made
 * by `{ ...spread }` in many shapes.
 */
export class Settler {
  readonly #parts = new Map<string, object>();
  readonly #settled: WeakSet<object>;

  /** @param settled copies of before, which stay what they are. */
  constructor(settled: WeakSet<object>) {
    this.#settled = settled;
  }

  settle<T>(value: T): T {
    if (typeof value !== "object" || value === null || this.#settled.has(value)) return value;
    const copy = Array.isArray(value) ? value.map((part: unknown) => this.settle(part)) : this.#settleParts(value);
    Object.freeze(copy);
    if (hasParts(copy)) return copy as T;
    const text = JSON.stringify(copy);
    const same = this.#parts.get(text);
    if (same === undefined) this.#parts.set(text, copy);
    return (same ?? copy) as T;
  }

  #settleParts(value: object): object {
    // A variable may be called `__proto__`: to assign it would set the prototype.
    const copy = (Object.hasOwn(value, "__proto__") ? { ...value } : Object.assign({}, value)) as Record<
      string,
      unknown
    >;
    for (const key in copy) if (typeof copy[key] === "object") copy[key] = this.settle(copy[key]);
    return copy;
  }
}

/** Without an array of its members: there are twenty thousand parts of a thousand programs. */
function hasParts(copy: object): boolean {
  for (const key in copy) {
    const part: unknown = copy[key as keyof typeof copy];
    if (typeof part === "object" && part !== null) return true;
  }
  return false;
}
