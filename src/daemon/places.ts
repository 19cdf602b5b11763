import { sha256 } from "@noble/hashes/sha2.js";
import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";

/** Where the daemon of one config keeps its things. All folders are 0700: they hold sockets, logs and environments. */
export interface Places {
  /** Gone after a reboot: sockets, FIFOs, the keeper's registry. */
  readonly runtime: string;
  /** Stays: the last good model, logs. */
  readonly state: string;
  /** The control socket: HTTP with XML-RPC and the JSON API. */
  readonly socket: string;
  /** Folder of AUTO logs when the config names no childlogdir. */
  readonly logs: string;
  /** The daemon's own log when the config names no logfile. */
  readonly mainLog: string;
  readonly lastGood: string;
}

/**
 * The places of the daemon that runs `config`, an absolute path with symlinks resolved. Every client derives the same
 * ones, so a daemon is found from the config alone: no port, no registry. The name is shortened and hashed because a unix
 * socket path may hold 107 bytes only.
 *
 * @throws Error for a folder that is named by a relative path, and for a temporary one that belongs to somebody else.
 */
export function placesFor(config: string, env: NodeJS.ProcessEnv = process.env): Places {
  return placesBelow(config, runtimeBase(env), stateBase(env));
}

/** What a service is called whose unit `sup init --systemd` made for this config. */
export function serviceName(config: string): string {
  return `sup-${basename(dirname(config)).replaceAll(/[^A-Za-z0-9_-]/g, "-")}`;
}

/** The places that such a service has from systemd. */
export function servicePlaces(config: string): Places {
  const name = serviceName(config);
  return placesBelow(config, join("/run", name), join("/var/lib", name));
}

function placesBelow(config: string, runtimeFolder: string, stateFolder: string): Places {
  // Not by `node:crypto`: to load that takes longer than a short command takes for everything of its own.
  const hash = Buffer.from(sha256(Buffer.from(config))).toString("hex", 0, 5);
  const folder = basename(dirname(config))
    .replaceAll(/[^A-Za-z0-9_.-]/g, "_")
    .slice(0, 20);
  const instance = `${folder === "" ? "root" : folder}-${hash}`;
  return placesIn(join(runtimeFolder, instance), join(stateFolder, instance));
}

/** Everything below these folders. With one only, as for a daemon that leaves nothing behind, both are in it. */
export function placesIn(runtime: string, state: string = join(runtime, "state")): Places {
  return {
    runtime,
    state,
    socket: join(runtime, "control.sock"),
    logs: join(state, "log"),
    mainLog: join(state, "supervisord.log"),
    lastGood: join(state, "last-good.json"),
  };
}

function runtimeBase(env: NodeJS.ProcessEnv): string {
  const given = chosenFolder(env, "SUP_RUNTIME_DIR");
  if (given !== null) return given;
  if (process.getuid?.() === 0) return firstUsable(["/run/sup"], "run");
  const own = env["XDG_RUNTIME_DIR"] ? [join(env["XDG_RUNTIME_DIR"], "sup")] : [];
  const home = homeFolder(env);
  return firstUsable([...own, ...(home === null ? [] : [join(home, ".local/state/sup/run")])], "run");
}

function stateBase(env: NodeJS.ProcessEnv): string {
  const given = chosenFolder(env, "SUP_STATE_DIR");
  if (given !== null) return given;
  const base = firstUsable(usualStates(env), "state");
  // On a read-only system there may be a runtime folder and nothing else.
  const beside = join(runtimeBase(env), "state");
  return !canMake(base) && canMake(beside) ? beside : base;
}

/** A relative one would be another folder for each folder that somebody asks from. */
function chosenFolder(env: NodeJS.ProcessEnv, variable: "SUP_RUNTIME_DIR" | "SUP_STATE_DIR"): string | null {
  const folder = env[variable];
  if (folder === undefined || folder === "") return null;
  if (!isAbsolute(folder)) throw new Error(`${variable} has to be an absolute path, and is ${JSON.stringify(folder)}`);
  return folder;
}

function usualStates(env: NodeJS.ProcessEnv): string[] {
  if (process.getuid?.() === 0) return ["/var/lib/sup"];
  if (env["XDG_STATE_HOME"]) return [join(env["XDG_STATE_HOME"], "sup")];
  const home = homeFolder(env);
  return home === null ? [] : [join(home, ".local/state/sup")];
}

/** `null` for a user without a name, as some container platforms have them, if HOME does not say either. */
function homeFolder(env: NodeJS.ProcessEnv): string | null {
  if (env["HOME"]) return env["HOME"];
  try {
    return homedir();
  } catch {
    return null;
  }
}

/**
 * The first folder that exists or can be made; else one in the temporary folder, so that a daemon also runs for users without
 * a home and on read-only systems, as in containers. Nothing but the file system decides, so clients find the same one.
 */
function firstUsable(folders: readonly string[], what: string): string {
  return folders.find((folder) => canMake(folder)) ?? join(temporaryBase(), what);
}

function canMake(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const found = statSync(at, { throwIfNoEntry: false });
      if (found === undefined && at !== dirname(at)) continue;
      accessSync(at, constants.W_OK | constants.X_OK);
      return found?.isDirectory() === true;
    } catch {
      return false;
    }
  }
}

/** Our own folder in the temporary one, whether or not it is used. */
export function temporaryFolder(): string {
  return join(tmpdir(), `sup-${process.getuid?.() ?? 0}`);
}

/** Everybody may make folders in the temporary one: a folder of that name that is not ours alone is a trap. */
function temporaryBase(): string {
  const uid = process.getuid?.() ?? 0;
  const base = temporaryFolder();
  const found = lstatSync(base, { throwIfNoEntry: false });
  if (found !== undefined && (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0)) {
    throw new Error(`${base} is not a folder of uid ${uid} alone: remove it, or set SUP_RUNTIME_DIR and SUP_STATE_DIR`);
  }
  return base;
}
