import type { LoadResult } from "../config/load-config.ts";
import type { Model } from "../model/model.ts";
import type { Problem } from "../model/problem.ts";
import type { BeforeUs } from "./before-us.ts";
import type { BootOptions, BootParts } from "./boot-options.ts";
import { readLastGood } from "./known-model.ts";

/** The model that a supervisor begins with. */
export interface FirstModel {
  readonly model: Model;
  /** The config as it was read for that; `null` if it was not: the model is the one that was in force. */
  readonly loaded: LoadResult | null;
}

/**
 * Finds it: what was in force under the supervisor before us, else what the config says.
 *
 * @returns the mistakes of a config that nothing can begin with, where nothing runs yet.
 * @throws Error if programs run, and nobody knows what they are.
 */
export async function firstModel(
  { isStarted, takesOver, hadBegun, epoch }: BeforeUs,
  options: BootOptions,
  parts: BootParts,
): Promise<FirstModel | readonly Problem[]> {
  const inherited = takesOver && !hadBegun ? readLastGood(options, parts, epoch) : null;
  if (inherited !== null) return { model: inherited.model, loaded: null };
  const loaded = parts.checked ?? (await parts.load());
  const { outcome } = loaded;
  if (outcome.ok) return { model: outcome.value, loaded };
  // It was fine before everything was stopped for a restart: better the last good one than none. Never that of an earlier daemon.
  const fallback = isStarted ? readLastGood(options, parts) : null;
  if (fallback !== null) return { model: fallback.model, loaded };
  if (!takesOver) return outcome.problems;
  throw new Error(
    `Programs run on, but what they are is not known: ${options.places.lastGood} cannot be read, and the config has mistakes. ` +
      `Once it has none, the next supervisor process takes them over.\n${parts.format(outcome.problems)}`,
  );
}
