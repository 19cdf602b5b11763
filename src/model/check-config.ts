import { buildModel } from "./build/build.ts";
import { BuildMemory } from "./build/build-memory.ts";
import type { Model } from "./model.ts";
import type { Outcome } from "./problem.ts";
import { ShapeMemory } from "./schema/shape-memory.ts";
import { validParts } from "./schema/valid-parts.ts";
import { validateConfig } from "./schema/validate.ts";
import type { World } from "./world.ts";

/** What is remembered of a config, so that checking its next version takes what is new in it. It changes no answer. */
export class ConfigMemory {
  readonly shapes = new ShapeMemory();
  readonly builds = new BuildMemory();
}

/**
 * Makes the model of a value that a config file exported. All mistakes are told at once: after mistakes of shape, what is
 * well-formed is still checked against the rest of it and against the machine.
 *
 * @param value what a config file exported, as plain data.
 * @param memory of earlier versions of the same config.
 */
export function checkConfig(value: unknown, world: World, memory: ConfigMemory = new ConfigMemory()): Outcome<Model> {
  const { shapes, builds } = memory;
  const checked = validateConfig(value, shapes);
  if (checked.ok) return buildModel(checked.value, world, builds);
  const parts = validParts(value, checked.problems);
  const rest = validateConfig(parts.value, shapes);
  if (!rest.ok) return checked;
  const built = buildModel(rest.value, world, builds);
  return built.ok ? checked : { ok: false, problems: [...checked.problems, ...parts.genuine(built.problems)] };
}
