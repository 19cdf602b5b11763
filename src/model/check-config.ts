import { buildModel } from "./build/build.ts";
import type { Model } from "./model.ts";
import type { Outcome } from "./problem.ts";
import { validParts } from "./schema/valid-parts.ts";
import { validateConfig } from "./schema/validate.ts";
import type { World } from "./world.ts";

/**
 * Makes the model of a value that a config file exported. All mistakes are told at once: after mistakes of shape, what is
 * well-formed is still checked against the rest of it and against the machine.
 *
 * @param value what a config file exported, as plain data.
 */
export function checkConfig(value: unknown, world: World): Outcome<Model> {
  const checked = validateConfig(value);
  if (checked.ok) return buildModel(checked.value, world);
  const parts = validParts(value, checked.problems);
  const rest = validateConfig(parts.value);
  if (!rest.ok) return checked;
  const built = buildModel(rest.value, world);
  return built.ok ? checked : { ok: false, problems: [...checked.problems, ...parts.genuine(built.problems)] };
}
