/**
 * A mistake in what the user wrote. Problems are collected, never thrown one at a time, so that one look shows them all.
 */
export interface Problem {
  /** What is wrong, and what was found. One line; no trailing full stop. For ini files: Supervisor's own wording. */
  readonly message: string;
  /** What is allowed, or what to do; may include "did you mean `x`?". */
  readonly hint?: string;
  /** Where in the config object, such as `["programs", "web", "startsecs"]`. */
  readonly path?: readonly (string | number)[];
  /** Set if it is the key at the end of `path` that is wrong, and not its value. */
  readonly at?: "key";
  /** Where in the source, once known. Line and column count from 1. */
  readonly place?: Place;
  /** Nothing is wrong by the letter, it will only fail when it is used. `supervisord` keeps quiet about it, as Supervisor does. */
  readonly doubt?: true;
}

export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Either a value or the reasons why there is none. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };
