import { resolve } from "node:path";
import type { Converted } from "../../ini/value-types.ts";
import { toBytes, toCount, toDirectory, toFilePath, toLogLevel, toOctal } from "../../ini/value-types.ts";
import type { SupervisordSpec } from "../../model/model.ts";
import { pythonRepr } from "../../model/text/python-repr.ts";
import type { World } from "../../model/world.ts";
import { getopt, SupervisordUsageError } from "./getopt.ts";

/** Settings that the command line lays over the config, now and each time the config is read again. */
export type Overrides = Partial<Omit<SupervisordSpec, "environment">>;

export interface SupervisordOptions {
  /** As typed; `null`: to be searched for. */
  readonly configuration: string | null;
  readonly overrides: Overrides;
}

/** What the command line asks for. */
export type SupervisordRequest =
  | { readonly kind: "run"; readonly options: SupervisordOptions }
  | { readonly kind: "help" | "version" };

/**
 * Reads the command line of `supervisord`. Options are looked at in the order given, as Supervisor does: `-v` in front of a
 * bad value still prints the version.
 *
 * @param world where relative paths and users are looked up; asked only for options that need it.
 * @throws SupervisordUsageError
 */
export function readSupervisordOptions(argv: readonly string[], world: World): SupervisordRequest {
  const { options, rest } = getopt(argv, SHORT, LONG);
  if (rest.length > 0) {
    throw new SupervisordUsageError(
      `positional arguments are not supported: [${rest.map((word) => pythonRepr(word)).join(", ")}]`,
    );
  }
  const given = new Set<string>();
  const overrides: Record<string, unknown> = {};
  let configuration: string | null = null;
  for (const { name, value } of options) {
    const flag = FLAGS.find((each) => name === `-${each.short}` || name === `--${each.long}`);
    if (flag === undefined) throw new SupervisordUsageError(`option ${name} not recognized`);
    if (flag.key === "help" || flag.key === "version") return { kind: flag.key };
    const read = flag.read(value, world);
    if (!read.ok) throw new SupervisordUsageError(`invalid value for ${name} ${pythonRepr(value)}: ${read.message}`);
    if (given.has(flag.key)) throw new SupervisordUsageError(`conflicting command line option ${pythonRepr(name)}`);
    given.add(flag.key);
    if (flag.key === "configuration") configuration = value;
    else if (flag.key !== "profileOptions" && !isBlankFile(flag, value)) overrides[flag.key] = read.value;
  }
  return { kind: "run", options: { configuration, overrides: overrides as Overrides } };
}

/** `-l ""` and `-j ""`, as scripts with an unset variable write them, leave it to the config. */
function isBlankFile({ key }: Flag, value: string): boolean {
  return value === "" && (key === "logfile" || key === "pidfile");
}

interface Flag {
  readonly short: string;
  readonly long: string;
  readonly takesValue: boolean;
  readonly key: keyof Overrides | "configuration" | "help" | "version" | "profileOptions";
  readonly read: (text: string, world: World) => Converted<unknown>;
}

const asIs = (text: string): Converted<string> => ({ ok: true, value: text });
const on = (): Converted<boolean> => ({ ok: true, value: true });

/** Made absolute at once: a daemon may change its folder, and is not to lose its files by that. */
function toAbsoluteFile(text: string, world: World): Converted<string> {
  return absolute(toFilePath(text, world), world);
}

function toLogfilePath(text: string, world: World): Converted<string> {
  return text === "syslog" ? asIs(text) : toAbsoluteFile(text, world);
}

function toAbsoluteDirectory(text: string, world: World): Converted<string> {
  return absolute(toDirectory(text, world), world);
}

function absolute(path: Converted<string>, world: World): Converted<string> {
  return path.ok ? { ok: true, value: resolve(world.cwd, path.value) } : path;
}

// `profile_options` is accepted so that no init script breaks; there is no Python profiler to switch on.
const FLAGS: readonly Flag[] = [
  { short: "h", long: "help", takesValue: false, key: "help", read: on },
  { short: "?", long: "", takesValue: false, key: "help", read: on },
  { short: "c", long: "configuration", takesValue: true, key: "configuration", read: asIs },
  { short: "v", long: "version", takesValue: false, key: "version", read: on },
  { short: "n", long: "nodaemon", takesValue: false, key: "nodaemon", read: on },
  { short: "u", long: "user", takesValue: true, key: "user", read: asIs },
  { short: "m", long: "umask", takesValue: true, key: "umask", read: toOctal },
  { short: "d", long: "directory", takesValue: true, key: "directory", read: toDirectory },
  { short: "l", long: "logfile", takesValue: true, key: "logfile", read: toLogfilePath },
  { short: "y", long: "logfile_maxbytes", takesValue: true, key: "logfileMaxbytes", read: toBytes },
  { short: "z", long: "logfile_backups", takesValue: true, key: "logfileBackups", read: toCount },
  { short: "e", long: "loglevel", takesValue: true, key: "loglevel", read: toLogLevel },
  { short: "j", long: "pidfile", takesValue: true, key: "pidfile", read: toAbsoluteFile },
  { short: "i", long: "identifier", takesValue: true, key: "identifier", read: asIs },
  { short: "q", long: "childlogdir", takesValue: true, key: "childlogdir", read: toAbsoluteDirectory },
  { short: "a", long: "minfds", takesValue: true, key: "minfds", read: toCount },
  { short: "", long: "minprocs", takesValue: true, key: "minprocs", read: toCount },
  { short: "k", long: "nocleanup", takesValue: false, key: "nocleanup", read: on },
  { short: "t", long: "strip_ansi", takesValue: false, key: "stripAnsi", read: on },
  { short: "", long: "profile_options", takesValue: true, key: "profileOptions", read: asIs },
  { short: "s", long: "silent", takesValue: false, key: "silent", read: on },
];

const SHORT = FLAGS.map(({ short, takesValue }) => (short !== "" && takesValue ? `${short}:` : short)).join("");
const LONG = FLAGS.filter(({ long }) => long !== "").map(({ long, takesValue }) => (takesValue ? `${long}=` : long));
