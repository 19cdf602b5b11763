import { BuildContext, variableNames } from "./build-context.ts";
import { buildGroups } from "./build-groups.ts";
import { buildServers } from "./build-servers.ts";
import { buildSupervisorctl, buildSupervisord } from "./build-supervisord.ts";
import { checkDependencies } from "./check-dependencies.ts";
import type { Config } from "../config.ts";
import type { Model } from "../model.ts";
import type { Outcome } from "../problem.ts";
import type { World } from "../world.ts";

/**
 * Builds the model that a config describes: defaults filled in, units converted, users looked up, `%(x)s` expanded,
 * copies made, groups put in start order, everything checked against everything else.
 *
 * Asks nothing of the system but through `world`. The result is deeply frozen. All mistakes are told at once, each with
 * its path into the config; where Supervisor has a text for a mistake, it is that text.
 *
 * @param config of the right shape: what `validateConfig` let through, or what was read from a `supervisord.conf`.
 */
export function buildModel(config: Config, world: World): Outcome<Model> {
  const daemon = new BuildContext(world, new Map(variableNames(world.env)));
  const environment = daemon.expandEnvironment(
    ["supervisord", "environment"],
    config.supervisord?.environment,
    new Map([...daemon.variables, ["here", world.here], ["host_node_name", world.hostNodeName]]),
  );
  // What the daemon adds for everybody is also what everybody's %(ENV_X)s can speak of.
  const context = daemon.withVariables(environment);
  const model: Model = {
    supervisord: buildSupervisord(daemon, config.supervisord ?? {}, environment),
    rpcinterfaces: readRpcinterfaces(context, config.rpcinterface),
    groups: buildGroups(context, config, environment),
    servers: buildServers(context, config),
    supervisorctl: buildSupervisorctl(context, config.supervisorctl ?? {}),
  };
  checkDependencies(context, config);
  if (context.problems.length > 0) return { ok: false, problems: context.problems };
  return { ok: true, value: settle(model, new Map()) };
}

function readRpcinterfaces(context: BuildContext, names: Config["rpcinterface"]): readonly string[] {
  if (names === undefined) return ["supervisor"];
  return [...new Set(names.map((name) => context.expand(["rpcinterface"], name, context.variables, "rpcinterface")))];
}

/**
 * A frozen copy of plain data that takes little room, since a model has thousands of parts and stays: parts that say the same are one
 * (all that holds no other part), and those with the same keys share their hidden class, which V8 does not do for what was made
 * by `{ ...spread }` in many shapes.
 */
function settle<T>(value: T, known: Map<string, unknown>): T {
  if (typeof value !== "object" || value === null) return value;
  const copy = Array.isArray(value) ? value.map((part: unknown) => settle(part, known)) : settleParts(value, known);
  Object.freeze(copy);
  if (Object.values(copy).some((part) => typeof part === "object" && part !== null)) return copy as T;
  const text = JSON.stringify(copy);
  const same = known.get(text);
  if (same === undefined) known.set(text, copy);
  return (same ?? copy) as T;
}

function settleParts(value: object, known: Map<string, unknown>): object {
  // A variable may be called `__proto__`: to assign it would set the prototype.
  const copy = (Object.hasOwn(value, "__proto__") ? { ...value } : Object.assign({}, value)) as Record<string, unknown>;
  for (const [key, part] of Object.entries(value))
    if (typeof part === "object") copy[key] = settle<unknown>(part, known);
  return copy;
}
