import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { daemonOf, type DaemonOfConfig } from "../../client/find-daemon.ts";
import { CONFIG_NAMES, configIn, danglingTarget } from "../../config/find-config.ts";
import { CliError } from "../cli-error.ts";
import { typedSup } from "./typed-sup.ts";
import { daemonsIn, goneText, locate, type OtherDaemon } from "./other-daemon.ts";

/** One project: its config file and where its daemon lives, whether it runs or not. */
export interface Project extends DaemonOfConfig {
  readonly warning: string | null;
  /** Configs that stand beside this one and are not used; for commands that read or start it, since for others nothing follows. */
  readonly passedOver: string | null;
  /** How `sup` was called for it, for hints: `sup`, or `sup -c FILE`. */
  readonly sup: string;
  /** What is to be known where nothing runs for this config: a daemon runs for another one in its folder, and how to reach it. */
  readonly beside: string | null;
  /** Why nothing may be started for it: all of it may run already, under another name of its config. */
  readonly refusal: { readonly message: string; readonly hint: string } | null;
}

/**
 * What a project is looked for: to `ask` its daemon, quickly; to `start` or stop one, for which a socket that a killed daemon
 * left counts for nothing; or to `read` its config, whatever runs.
 */
export type Purpose = "ask" | "start" | "read";

type Found = Omit<Project, "sup">;

/**
 * The project of `-c FILE`, or of the nearest folder upwards from the current one that has a config, or a daemon whose config
 * is gone. @throws CliError if there is none.
 */
export async function findProject(
  configOption: string | undefined,
  purpose: Purpose = "ask",
  cwd: string = process.cwd(),
): Promise<Project> {
  if (configOption === undefined) return { ...(await search(cwd, purpose)), sup: typedSup() };
  return { ...(await given(configOption, purpose, cwd)), sup: typedSup(configOption) };
}

async function given(option: string, purpose: Purpose, cwd: string): Promise<Found> {
  const file = resolve(cwd, option);
  if (!existsSync(file)) {
    const left = existsSync(dirname(file)) ? await locate(file, false) : null;
    if (left?.running !== true) throw noSuchFile(file);
    return ofGone({ daemon: left.daemon, file, gone: true }, null, typedSup(option));
  }
  if (statSync(file).isDirectory()) throw isFolder(option, file);
  const { daemon, running } = await look(file, purpose);
  const alone = { ...daemon, warning: null, passedOver: null, beside: null, refusal: null };
  if (running || purpose === "read" || !CONFIG_NAMES.some((name) => name === basename(file))) return alone;
  const [other] = await daemonsIn(dirname(file), file);
  // Whoever names a file while there are two may want both.
  return other === undefined ? alone : { ...alone, ...inTheWay(other, file, cwd, other.gone) };
}

async function search(cwd: string, purpose: Purpose): Promise<Found> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = await lookIn(folder, purpose, cwd);
    if (found !== null) return found;
    if (folder !== dirname(folder)) continue;
    throw new CliError(`no supervisor.config.ts (or supervisord.conf) in ${cwd} or any folder above it`, {
      hint: `Make one with \`${typedSup()} init\`, or name one with \`-c FILE\`.`,
      status: 2,
    });
  }
}

async function lookIn(folder: string, purpose: Purpose, cwd: string): Promise<Found | null> {
  const found = configIn(folder);
  const file = found?.file ?? null;
  const at = file === null ? null : await look(file, purpose);
  const passedOver = found?.warning ?? null;
  const own = at === null ? null : { ...at.daemon, beside: null, refusal: null, warning: null, passedOver };
  if (at?.running === true) return own;
  const [other] = purpose === "read" && file !== null ? [] : await daemonsIn(folder, file);
  if (other?.gone === true) return ofGone(other, file, typedSup());
  const broken = CONFIG_NAMES.slice(
    0,
    file === null ? undefined : CONFIG_NAMES.findIndex((name) => name === basename(file)),
  )
    .map((name) => join(folder, name))
    .find((path) => danglingTarget(path) !== null);
  if (broken !== undefined) throw noSuchFile(broken);
  if (own === null || file === null || other === undefined) return own;
  return { ...own, ...inTheWay(other, file, cwd, true) };
}

/** Whoever only reads the config is not told that its daemon does not run. */
async function look(file: string, purpose: Purpose): ReturnType<typeof locate> {
  if (purpose === "read") return { daemon: daemonOf(file), running: false };
  return await locate(file, purpose === "ask");
}

/** The daemon that is meant where its config was renamed, converted or deleted. `instead`: the config that is there now. */
function ofGone({ daemon, file }: OtherDaemon, instead: string | null, sup: string): Found {
  const then = instead === null ? "" : `, then \`${sup} up\` starts what ${basename(instead)} says`;
  const hint = `\`${sup} down\` stops it${then}.`;
  const warning = `${goneText(file)}${instead === null ? "" : `: ${hint.slice(0, -1)}`}`;
  const message = `nothing was started: the daemon of ${file}, which is no file any more, still runs`;
  return { ...daemon, warning, passedOver: null, beside: null, refusal: { message, hint } };
}

function inTheWay(other: OtherDaemon, file: string, cwd: string, refuse: boolean): Pick<Found, "beside" | "refusal"> {
  const name = basename(other.file);
  const sup = (config: string): string => typedSup(relative(cwd, config));
  const gone = other.gone ? ", which is no file any more," : "";
  const reach = `reach it with \`${sup(other.file)} status\`, stop it with \`${sup(other.file)} down\``;
  const beside = `A daemon runs for ${name}${gone} beside it: ${reach}.`;
  if (!refuse) return { beside, refusal: null };
  const message = `nothing was started for ${file}: a daemon runs for ${name}${gone} beside it`;
  const both = other.gone ? "" : `, or start this one too with \`${sup(file)} up\``;
  const hint = `${reach.charAt(0).toUpperCase()}${reach.slice(1)}${both}.`;
  return { beside, refusal: { message, hint } };
}

function isFolder(option: string, file: string): CliError {
  const config = configIn(file)?.file ?? null;
  const hint = config === null ? null : `Name the config in it: \`${typedSup(join(option, basename(config)))}\`.`;
  return new CliError(`${file} is a folder`, { status: 2, ...(hint !== null && { hint }) });
}

function noSuchFile(file: string): CliError {
  const target = danglingTarget(file);
  if (target === null) return new CliError(`there is no config file ${file}`, { status: 2 });
  return new CliError(`${file} is a symlink to ${target}, which is no file`, {
    hint: "Put a config there, or remove the symlink.",
    status: 2,
  });
}
