/**
 * The last of what comes, `most` or a quarter more: what is older goes many at a time, because taking the first out of a long array
 * moves all the others.
 */
export class Recent<T> {
  readonly #most: number;
  readonly #items: T[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length > this.#most * 1.25) this.#items.splice(0, this.#items.length - this.#most);
  }

  /** The last `count` of them, or of those for which `wanted` holds, oldest first. */
  last(count: number, wanted?: (item: T) => boolean): T[] {
    if (count <= 0) return [];
    return (wanted === undefined ? this.#items : this.#items.filter(wanted)).slice(-count);
  }
}
