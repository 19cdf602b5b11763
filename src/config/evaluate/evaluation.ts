import type { ConfigContext } from "../../model/define-config.ts";
import type { Problem } from "../../model/problem.ts";

/** What the evaluator process is asked, as one JSON text on its stdin. */
export interface EvaluationRequest {
  /** Absolute path of the config. */
  readonly file: string;
  /** Handed to a config that is a function. */
  readonly context: ConfigContext;
  /** Whose files the config may be made of; `null` trusts all. See strict-modes.ts. */
  readonly strict: { readonly uid: number; readonly trusted: readonly number[] } | null;
}

/** What it tells first, as one line of JSON on fd 3, before anything of the config runs: whatever becomes of that, this is known. */
export interface EvaluationSources {
  /** Absolute paths of all files read, also after a failure, so that mending any of them can be noticed. */
  readonly files: readonly string[];
  /** Absolute paths of files that an import would mean if they were there: making one changes the config, or mends it. */
  readonly absent: readonly string[];
}

/** What it answers then, as another line. */
export interface EvaluationAnswer {
  /** Present, though perhaps `null`, exactly if there are no problems. */
  readonly config?: unknown;
  /** Hash of the compiled code, if it ran: who runs functions of it starts again when this changes. */
  readonly build?: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}
