import { layered } from "../text/layered-names.ts";
import { BuildContext, variableNames } from "./build-context.ts";
import { BuildMemory } from "./build-memory.ts";
import { givenBy } from "./questions.ts";
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
 * @param memory of earlier versions of the same config.
 */
export function buildModel(config: Config, world: World, memory: BuildMemory = new BuildMemory()): Outcome<Model> {
  const daemon = new BuildContext(world, new Map(variableNames(world.env)), memory);
  const environment = daemon.expandEnvironment(
    ["supervisord", "environment"],
    config.supervisord?.environment,
    layered(
      new Map([
        ["here", world.here],
        ["host_node_name", world.hostNodeName],
      ]),
      daemon.variables,
    ),
  );
  memory.begin(givenBy(world) + JSON.stringify(Object.entries(environment)));
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
  return { ok: true, value: memory.settle({ ...model, groups: memory.groups(model.groups) }) };
}

function readRpcinterfaces(context: BuildContext, names: Config["rpcinterface"]): readonly string[] {
  if (names === undefined) return ["supervisor"];
  return [...new Set(names.map((name) => context.expand(["rpcinterface"], name, context.variables, "rpcinterface")))];
}
