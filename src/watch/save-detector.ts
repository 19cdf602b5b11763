/** What one look at a watched path found. */
export interface Look {
  readonly kind: "file" | "folder" | "missing";
  /** Hash of the content; of a folder, of the names in it. */
  readonly digest: string;
  /** Changes with every write, also with one that leaves the content as it was: a sign of a writer at work. */
  readonly stamp: string;
  /** The content of a file, to tell a half-written one. */
  readonly text: string;
}

export type Looks = ReadonlyMap<string, Look>;

export interface SaveTiming {
  /** A change counts once nothing has moved for this long. Milliseconds. */
  readonly settle: number;
  /** The same for a change that looks half done: longer than any editor pauses between truncating and writing. */
  readonly patience: number;
}

export type SaveVerdict =
  /** Nothing differs from what was loaded. */
  | { readonly kind: "same" }
  /** Something does, but it is not at rest; look again after `delay` milliseconds. */
  | { readonly kind: "wait"; readonly delay: number }
  /** A save is complete. Told once. */
  | { readonly kind: "saved" };

export const SAVE_TIMING: SaveTiming = { settle: 60, patience: 2500 };
const LOOK_EVERY = 50;

/**
 * Decides when a save is complete. Pure: looks and times come in.
 *
 * Theory: editors save in many ways (truncate and write, write aside and rename, unlink and create), and a version control
 * system saves many files at once. Events tell them apart badly, contents do not: a save is complete when the content differs
 * from what was loaded and has been at rest for a while. What looks half done (gone, empty, cut off) gets more time, because
 * loading it would report mistakes nobody made. Touching a file changes no content, so it is no save.
 */
export class SaveDetector {
  readonly #timing: SaveTiming;
  #loaded: Looks = new Map();
  #last: Looks = new Map();
  #movedAt = Number.NEGATIVE_INFINITY;
  /** What is on disk is known to be newer than what was loaded, though no earlier look tells. */
  #outdated = false;

  constructor(timing: SaveTiming = SAVE_TIMING) {
    this.#timing = timing;
  }

  /** Takes what was just loaded as the state to compare with; `outdated` if it changed in the meantime. */
  rearm(looks: Looks, now: number, outdated = false): void {
    // If it did change, what is there now may be half written: the content of before tells.
    const before = this.#loaded;
    this.#loaded = outdated ? new Map([...looks].map(([path, look]) => [path, before.get(path) ?? look])) : looks;
    this.#last = looks;
    this.#movedAt = now;
    this.#outdated = outdated;
  }

  look(looks: Looks, now: number): SaveVerdict {
    if (!sameLooks(looks, this.#last, (look) => look.digest + look.stamp)) this.#movedAt = now;
    this.#last = looks;
    if (!this.#outdated && sameLooks(looks, this.#loaded, (look) => look.digest)) return { kind: "same" };
    const needed = this.#isDoubtful(looks) ? this.#timing.patience : this.#timing.settle;
    const rested = now - this.#movedAt;
    if (rested < needed) return { kind: "wait", delay: Math.min(needed - rested, LOOK_EVERY) };
    this.#loaded = looks;
    this.#outdated = false;
    return { kind: "saved" };
  }

  #isDoubtful(looks: Looks): boolean {
    return [...looks].some(([path, look]) => {
      const before = this.#loaded.get(path);
      return before !== undefined && before.digest !== look.digest && isHalfDone(before, look);
    });
  }
}

/**
 * Whether a new content looks like a save in progress. Being wrong costs a wait, never a lost save: after the patience it
 * counts as it is.
 */
export function isHalfDone(before: Look, now: Look): boolean {
  if (now.kind === "missing") return before.kind !== "missing";
  if (now.kind === "folder" || before.kind !== "file") return now.kind === "file" && now.text.trim() === "";
  if (now.text.trim() === "") return true;
  if (before.text.endsWith("\n") && !now.text.endsWith("\n")) return true;
  if (before.text.startsWith(now.text) || now.text.length < before.text.length / 2) return true;
  if (isBalanced(before.text) && !isBalanced(now.text)) return true;
  return exportsDefault(before.text) && !exportsDefault(now.text);
}

// Brackets in strings count as well: they mostly come in pairs, and only the comparison with before matters.
function isBalanced(text: string): boolean {
  return (["{}", "[]", "()"] as const).every(
    ([open, close]) => text.split(open ?? "").length === text.split(close ?? "").length,
  );
}

function exportsDefault(text: string): boolean {
  return /\bexport\s+default\b|\bmodule\.exports\b|\bas\s+default\b/.test(text);
}

function sameLooks(a: Looks, b: Looks, part: (look: Look) => string): boolean {
  if (a.size !== b.size) return false;
  for (const [path, look] of a) {
    const other = b.get(path);
    if (other === undefined || part(look) !== part(other)) return false;
  }
  return true;
}
