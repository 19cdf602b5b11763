import type { Place, Problem } from "../model/problem.ts";
import { locator } from "./locate.ts";
import type { LocateSources } from "./source-values.ts";

/**
 * Problems of a config with their places in its sources.
 *
 * Some texts, mostly those of Supervisor, name neither program nor option, since the place does. Where it does not, as in a config that
 * makes its programs in a loop, or one place is that of several programs, they get their path in front.
 */
export function placeProblems(problems: readonly Problem[], sources: LocateSources): Problem[] {
  const locate = locator(sources);
  const placed = problems.map((problem) => {
    if (problem.place !== undefined) return { problem, place: problem.place, isExact: true };
    return { problem, ...locate(problem.path ?? [], problem.at) };
  });
  const times = new Map<string, number>();
  for (const { problem, place } of placed) {
    const key = keyOf(problem, place);
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return placed.map(({ problem, place, isExact }) => {
    const isClear = isExact && times.get(keyOf(problem, place)) === 1;
    return { ...problem, ...(!isClear && { message: withPath(problem) }), place };
  });
}

function keyOf({ message }: Problem, { file, line, column }: Place): string {
  return JSON.stringify([message, file, line, column]);
}

/** A message that has the name in it says already what it is about. */
function withPath({ message, path = [] }: Problem): string {
  const [, name] = path;
  return name === undefined || message.includes(String(name)) ? message : `${path.join(".")}: ${message}`;
}
