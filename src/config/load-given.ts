import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lintModel } from "../model/lint.ts";
import { build } from "./build-config.ts";
import type { LoadContext, LoadResult } from "./load-result.ts";

/**
 * Loads a config that a program gave as an object; it was left as JSON in `file`. Relative paths and `%(here)s` are those of the
 * folder `context.cwd`, and mistakes have a path into the object but no place in a file: the user never saw this one.
 */
export function loadGiven(file: string, context: LoadContext): LoadResult {
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  const built = build(value, join(context.cwd ?? process.cwd(), "config"), context);
  const { outcome, files, messages } = built;
  const doubts = outcome.ok ? lintModel(outcome.value, "all") : [];
  const warnings = [...built.warnings, ...doubts].map(built.inFile);
  if (outcome.ok) return { outcome, files, warnings, messages, format: "json", hash: "" };
  const problems = outcome.problems.map(built.inFile);
  return { outcome: { ok: false, problems }, files, warnings, messages, format: "json", hash: "" };
}
