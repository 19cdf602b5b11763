import { Socket } from "node:net";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { withoutOwnVariables } from "../config/own-variables.ts";
import type { LoadResult } from "../config/load-config.ts";
import { LogFiles } from "../keeper/output/log-files.ts";
import { keepEngineQuiet } from "../keeper/quiet-engine.ts";
import { collectWhenStill, keepHeapSmall } from "../keeper/small-heap.ts";
import { connectKeeper } from "../keeper/connection.ts";
import { RESTART_STATUS, type ConsoleStyle } from "../protocol/keeper.ts";
import { boot } from "../daemon/boot.ts";
import type { BootParts } from "../daemon/boot-options.ts";
import { receiveSockets } from "../daemon/kept-sockets.ts";
import { placesFor, placesIn, type Places } from "../daemon/places.ts";
import { usageErrorText } from "../daemon/supervisord/getopt.ts";
import { withOverrides, type SupervisordLaunch } from "../daemon/supervisord/launch.ts";
import type { LogSink } from "../logs/daemon-log.ts";
import { LineBatch } from "../logs/line-batch.ts";
import { TIMESTAMP_LENGTH } from "../logs/log-line.ts";
import { SyslogSink } from "../logs/syslog-sink.ts";
import { watchConfig } from "../watch/config-watcher.ts";
import { watchFiles } from "../watch/file-watcher.ts";
import type { CheckRequest } from "./check-answer.ts";
import { checkFirst } from "./start/check-first.ts";
import { leaveReport } from "./start/detach-keeper.ts";
import { notifyReady, SERVICE_VARIABLES } from "./start/service-notify.ts";
import type { BootReport } from "./start/launch-daemon.ts";
import { version } from "./version.ts";

/** The entry of the supervisor process: started by the keeper, speaks to it over descriptor 3. */
async function main(): Promise<void> {
  keepEngineQuiet();
  keepHeapSmall();
  const args = process.argv.slice(2);
  // `supervisord -n` starts us with `--config FILE --check REQUEST` to have its config checked first.
  if (args[2] !== "--check") return await supervise(args, null);
  ignoreRelayed();
  const checked = await checkFirst(JSON.parse(args[3] ?? "") as CheckRequest, tooling());
  await supervise(checked.args, checked.loaded);
}

async function supervise(args: readonly string[], checked: LoadResult | null): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      // The config comes from a program that embeds us, and the daemon's folders are where it is.
      given: { type: "boolean", default: false },
      mode: { type: "string", default: "production" },
      watch: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      supervisord: { type: "string" },
      console: { type: "string" },
      service: { type: "boolean", default: false },
    },
  });
  if (values.config === undefined) throw new Error("--config is missing: this program is started by `sup up`");
  const config = values.config;
  const launch = values.supervisord === undefined ? null : (JSON.parse(values.supervisord) as SupervisordLaunch);
  const console = values.console === undefined ? null : (JSON.parse(values.console) as ConsoleStyle);
  // In the foreground a terminal sends its signals to us as well as to the keeper, whose word counts.
  if (launch !== null || console !== null || values.service) ignoreRelayed();
  // Nor is it the end if nobody reads the copy of the log any more.
  process.stdout.on("error", () => undefined);
  const stream = new Socket({ fd: 3, readable: true, writable: true });
  const keeper = connectKeeper(stream);
  const note = collectWhenStill();
  stream.on("data", (chunk: Buffer) => note(4 * chunk.length)); // what we ask is longer than what is answered
  // Without its keeper a supervisor can neither start nor stop anything: the next keeper starts another one.
  keeper.events.onClose(() => process.exit(70));

  const receiving = receiveSockets();
  const first = (process.env["SUP_KEEPER_RESTARTS"] ?? "0") === "0";
  // The keeper is not ready yet, and this takes a while. Those to come have a model, and no time to lose.
  if (first) tooling();
  const sockets = await receiving;
  const mode = values.mode === "development" ? "development" : "production";
  let load: (() => Promise<LoadResult>) | null = null;
  const parts: BootParts = {
    checked,
    load: async () => {
      if (values.given) return tooling().loadGivenForDaemon(config);
      load ??= tooling().daemonLoader(config, mode, launch?.cwd, launch?.shown);
      const loaded = await load();
      return launch === null ? loaded : withOverrides(loaded, launch.overrides);
    },
    reference: () => tooling().referenceModel(config),
    format: (problems, severity) => tooling().formatForPeople(problems, severity),
    openLog: (path, maxbytes, backups) => logSink(path, maxbytes, backups),
    openSyslog: () => new SyslogSink("supervisord"),
    watchFiles: (onChange, onTrouble) => watchFiles(onChange, { onTrouble }),
    stdout: copyOnStdout(launch !== null),
    sockets,
    watch: values.watch ? (onChange) => watchConfig(onChange) : null,
  };
  const outcome = await boot(
    keeper,
    {
      config,
      places: launch?.places ?? (values.given ? placesIn(dirname(config)) : placesBesideKeeper(config)),
      only: values.only,
      version,
      program: [process.execPath, process.argv[1] ?? ""],
      args,
      cwd: process.cwd(),
      environment: withoutOwnVariables(process.env, values.service ? SERVICE_VARIABLES : []),
      launch,
      console,
      service: values.service,
    },
    parts,
  );

  // Somebody waits for word of how it went: of the first supervisor, or of the next if that one died before it could tell.
  const report: BootReport = outcome.ready ? { ready: true, pid: outcome.pid, warnings: outcome.warnings } : outcome;
  if (launch?.nodaemon === true) {
    if (!outcome.ready) process.stderr.write(usageErrorText(outcome.messages, launch.program));
  } else if (console !== null || values.service) {
    process.stderr.write(outcome.ready ? outcome.warnings : `${outcome.problems}\n`);
    if (outcome.ready && values.service && process.env["NOTIFY_SOCKET"])
      notifyReady(outcome.pid, (message) => void process.stderr.write(`${message}\n`));
  } else if (outcome.first && launch !== null) leaveReport(launch.report, report);
  else if (launch === null) await tell(report);
  const ending = outcome.ready ? await outcome.done : "shutdown";
  // The keeper waits for our end, and a watcher or a client's connection might keep us.
  process.exit(ending === "restart" || ending === "upgrade" ? RESTART_STATUS : 0);
}

/** Where our keeper is, whose launcher may have found another place than our environment says. */
function placesBesideKeeper(config: string): Places {
  const places = placesFor(config);
  const runtime = process.env["SUP_KEEPER_RUNTIME"];
  return runtime === undefined ? places : placesIn(runtime, places.state);
}

/** A launcher that has gone away in the meantime is no reason to fail. */
function tell(report: BootReport): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.on("error", () => resolve());
    process.stdout.write(`${JSON.stringify(report)}\n`, () => resolve());
  });
}

/** The bundle with zod and the rest of the config floor: only needed when a config is read. */
function tooling(): typeof import("./tooling.ts") {
  return require([".", "tooling.cjs"].join("/")) as typeof import("./tooling.ts");
}

function logSink(path: string, maxbytes: number, backups: number): LogSink {
  const target = new LogFiles().acquire(path, maxbytes, backups);
  return new LineBatch({ write: (text) => void target.write(Buffer.from(text)), reopen: () => target.reopen() });
}

/** `timed`: with the time of each line. Containers and journals have times of their own. */
function copyOnStdout(timed: boolean): LogSink {
  const batch = new LineBatch({ write: (text) => void process.stdout.write(text) });
  if (timed) return batch;
  return { write: (line) => batch.write(line.slice(TIMESTAMP_LENGTH)), flush: () => batch.flush() };
}

function ignoreRelayed(): void {
  for (const signal of RELAYED) process.on(signal, () => undefined);
}

const RELAYED = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"] as const;

void main();
