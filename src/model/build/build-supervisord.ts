import type { BuildContext } from "./build-context.ts";
import { layered, type Names } from "../text/layered-names.ts";
import { absolute, OptionReader } from "./build-values.ts";
import type { SupervisorctlConfig, SupervisordConfig } from "../config.ts";
import type { SupervisorctlSpec, SupervisordSpec } from "../model.ts";

const FIFTY_MEGABYTES = 50 * 1024 * 1024;

/** The daemon's own settings. `environment` is given in, expanded: other sections need it before this one is read. */
export function buildSupervisord(
  context: BuildContext,
  config: SupervisordConfig,
  environment: Readonly<Record<string, string>>,
): SupervisordSpec {
  const path = ["supervisord"];
  const read = new OptionReader(context, path);
  const names: Names = layered(new Map([["here", context.world.here]]), context.variables);
  const text = (key: "logfile" | "pidfile" | "identifier" | "directory" | "childlogdir" | "user" | "umask") => {
    const value = config[key];
    return typeof value === "string" ? context.expand([...path, key], value, names, `supervisord.${key}`) : value;
  };
  const given = (key: "logfile" | "pidfile" | "identifier" | "directory" | "childlogdir") =>
    text(key) as string | undefined;
  const orNull = (value: string | undefined, convert: (value: string) => string) =>
    value === undefined ? null : convert(value);
  const user = text("user");
  read.user("user", user);
  return {
    logfile: orNull(given("logfile"), (value) => (value === "syslog" ? value : read.file("logfile", value))),
    logfileMaxbytes: read.bytes("logfileMaxbytes", config.logfileMaxbytes, FIFTY_MEGABYTES),
    logfileBackups: read.count("logfileBackups", config.logfileBackups, 10),
    loglevel: config.loglevel ?? "info",
    pidfile: orNull(given("pidfile"), (value) => read.file("pidfile", value)),
    identifier: given("identifier") ?? "supervisor",
    directory: orNull(given("directory"), (value) => read.directory("directory", value)),
    umask: read.mode("umask", text("umask")) ?? 0o22,
    user: user === undefined ? null : String(user),
    nodaemon: config.nodaemon ?? false,
    silent: config.silent ?? false,
    minfds: read.count("minfds", config.minfds, 1024),
    minprocs: read.count("minprocs", config.minprocs, 200),
    childlogdir: orNull(given("childlogdir"), (value) =>
      absolute(read.directory("childlogdir", value), context.world.cwd),
    ),
    nocleanup: config.nocleanup ?? false,
    stripAnsi: config.stripAnsi ?? false,
    legacyGetActions: config.legacyGetActions ?? false,
    environment,
  };
}

/** The client's settings. */
export function buildSupervisorctl(context: BuildContext, config: SupervisorctlConfig): SupervisorctlSpec {
  const { here, cwd } = context.world;
  const names: Names = layered(new Map([["here", here]]), context.variables);
  const text = (key: keyof SupervisorctlConfig): string | null => {
    const value = config[key];
    return value === undefined ? null : context.expand(["supervisorctl", key], value, names, `supervisorctl.${key}`);
  };
  const historyFile = text("historyFile");
  return {
    serverurl: socketPath(text("serverurl") ?? "http://localhost:9001"),
    username: text("username"),
    password: text("password"),
    prompt: text("prompt") ?? "supervisor",
    historyFile: historyFile === null ? null : absolute(context.world.expandUser(historyFile), cwd),
  };

  function socketPath(url: string): string {
    if (!url.startsWith("unix://")) return url;
    return `unix://${absolute(context.world.expandUser(url.slice("unix://".length)), cwd)}`;
  }
}
