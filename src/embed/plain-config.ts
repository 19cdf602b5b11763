import { findUnplainValues } from "../config/evaluate/unplain-values.ts";
import { formatProblems } from "../config/format-problem.ts";
import type { Problem } from "../model/problem.ts";
import { ConfigError } from "./config-error.ts";

/**
 * The JSON of a config given as an object, as the process that runs it reads it.
 *
 * @throws ConfigError for what cannot be carried to another process, all of it at once, each with its path.
 */
export function plainConfig(config: unknown): string {
  const problems = findUnplainValues(config);
  if (problems.length > 0) throw new ConfigError(formatProblems(problems.map(forPrograms)));
  return JSON.stringify(config);
}

/** In a file a listener may have a function. */
function forPrograms(problem: Problem): Problem {
  if (problem.path?.[0] !== "listeners" || problem.path.at(-1) !== "handler") return problem;
  return { ...problem, hint: "an embedded supervisor tells events to its program, with events()" };
}
