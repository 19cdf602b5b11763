import { randomBytes } from "node:crypto";

const MOST = 100;

/**
 * Messages for the page after a redirect. The address carries a number drawn by lot, not the text: a link from elsewhere
 * cannot make our page say something.
 */
export class WebMessages {
  readonly #texts = new Map<string, string>();

  /** Keeps a text and returns what stands for it. */
  add(text: string): string {
    const id = randomBytes(9).toString("base64url");
    this.#texts.set(id, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MOST) break;
      this.#texts.delete(oldest);
    }
    return id;
  }

  /** "" for one that is not known (any more). */
  get(id: string | null): string {
    return id === null ? "" : (this.#texts.get(id) ?? "");
  }
}
