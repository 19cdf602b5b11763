/**
 * `supervisord`, with the flags, texts and exit statuses of Supervisor's.
 *
 * In the foreground this process itself becomes the keeper: Node cannot exec, and the pid that was started is the one that
 * init systems and users watch and signal. Otherwise it starts a detached keeper and stays until the daemon is ready or it is
 * known why not. Either way the config is first read by another process, because user, limits and folder have to be known
 * before anything else is done: in the foreground by the one that is to be the supervisor, else by one of its own.
 */
import { execFileSync } from "node:child_process";
import { closeSync, openSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { systemWorld } from "../config/world.ts";
import { findSupervisordConf, ROOT_SEARCHES } from "../daemon/supervisord/find-conf.ts";
import { placesFor } from "../daemon/places.ts";
import { notedPlaces } from "../daemon/runtime-note.ts";
import { preparePlaces } from "../daemon/prepare-places.ts";
import { SupervisordUsageError, usageErrorText } from "../daemon/supervisord/getopt.ts";
import { supervisordHelp } from "../daemon/supervisord/help.ts";
import { becomeUser, checkAccount, identityNotices } from "../daemon/supervisord/identity.ts";
import type { Notice, SupervisordLaunch } from "../daemon/supervisord/launch.ts";
import { raiseLimits } from "../daemon/supervisord/limits.ts";
import { readSupervisordOptions, type SupervisordOptions } from "../daemon/supervisord/options.ts";
import { closeInherited } from "../keeper/kernel/inherited-fds.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import type { CheckAnswer, CheckRequest } from "./check-answer.ts";
import { EarlySupervisor } from "./start/early-supervisor.ts";
import { detachKeeper, NotStarted } from "./start/detach-keeper.ts";
import { restoreEnvironment } from "./start/full-environment.ts";
import { takeName } from "./start/known-name.ts";
import { launcherFileLimit } from "./start/launcher-file-limit.ts";
import type { KeeperSettings } from "./start/run-keeper.ts";
import { typedName } from "./typed-name.ts";
import { version } from "./version.ts";

/** The text of the same refusal by whoever finds a port in use: one config runs once, with or without servers. */
const ALREADY_RUNNING =
  "Another program is already listening on a port that one of our HTTP servers is configured to use.  Shut this program " +
  "down first before starting supervisord.";

async function main(program: string): Promise<void> {
  const cwd = process.cwd();
  const request = readSupervisordOptions(process.argv.slice(2), systemWorld("supervisord.conf", process.env, cwd));
  switch (request.kind) {
    case "help":
      return void process.stdout.write(supervisordHelp(program));
    case "version":
      return void process.stdout.write(`${version}\n`);
    case "run":
      return await run(program, cwd, request.options);
  }
}

async function run(program: string, cwd: string, { configuration, overrides }: SupervisordOptions): Promise<void> {
  const shown = readable(configuration ?? search(program, cwd), cwd);
  const request: CheckRequest = { config: resolve(cwd, shown), shown, cwd, overrides };
  if (overrides.nodaemon !== true) return await start(program, request, null);
  // What was leaked into us is not to be the supervisor's either.
  closeInherited(null);
  const early = new EarlySupervisor(request);
  try {
    await start(program, request, early);
  } catch (error) {
    await early.drop();
    throw error;
  }
}

async function start(program: string, request: CheckRequest, early: EarlySupervisor | null): Promise<void> {
  const { config, shown, cwd, overrides } = request;
  const { findKeeper, prepareKeeper } = keeping();
  if (early !== null) prepareKeeper();
  const { supervisord, account } = early === null ? check(request) : accepted(await early.answer);
  const { nodaemon } = supervisord;
  // The same daemon, whichever way its folder was reached; found again from the config alone.
  const places = placesFor(join(realpathSync(dirname(config)), basename(config)));

  checkAccount(account);
  // The keeper finds out too, but before that limits and owners of folders would have been changed.
  for (const runtime of new Set([places.runtime, (notedPlaces(places) ?? places).runtime])) {
    if ((await findKeeper(join(runtime, "keeper"))) !== null) throw new SupervisordUsageError(ALREADY_RUNNING);
  }
  const limits = raiseLimits(supervisord, softLimit(), (account?.uid ?? process.getuid?.()) === 0);
  // One that has inherited what we no longer are is no use, and once we are somebody else we may not end it.
  const outdated = account !== null || limits.set;
  if (outdated) await early?.drop();
  preparePlaces(places, account);
  becomeUser(account);
  const daemonizing = nodaemon ? [] : changeFolder(supervisord.directory);
  if (!nodaemon) process.umask(supervisord.umask);

  const launch: SupervisordLaunch = {
    program,
    typed: process.argv.slice(2),
    shown,
    places,
    cwd,
    overrides,
    nodaemon,
    report: nodaemon ? "" : join(places.runtime, `start-${process.pid}.json`),
    identity: identityNotices(account),
    limits: limits.notices,
    daemonizing,
  };
  const command = [
    process.execPath,
    join(__dirname, "supervisor.cjs"),
    "--config",
    config,
    "--supervisord",
    JSON.stringify(launch),
  ];
  const crashLog = join(places.state, "crash.log");
  const settings = { runtime: places.runtime, crashLog, command, nofileSoft: limits.nofileSoft };
  const [, , ...args] = command;
  if (nodaemon)
    return await stay(program, { ...settings, ...(early === null || outdated ? {} : { early: early.go(args) }) });
  await detachKeeper(settings, launch.report, ALREADY_RUNNING);
}

function search(program: string, cwd: string): string {
  if (process.getuid?.() === 0) process.stderr.write(`${ROOT_SEARCHES}\n`);
  return findSupervisordConf(program, cwd);
}

/** The name as it is, if there is a file to read behind it. @throws SupervisordUsageError */
function readable(name: string, cwd: string): string {
  const path = resolve(cwd, name);
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw new SupervisordUsageError(`could not find config file ${name}`);
  try {
    const fd = openSync(path, "r");
    closeSync(fd);
    if (statSync(path).isDirectory()) throw new Error("it is a folder");
  } catch (error) {
    throw new SupervisordUsageError(`could not read config file ${name}`, { cause: error });
  }
  return name;
}

function check(request: CheckRequest): Extract<CheckAnswer, { ok: true }> {
  const program = join(__dirname, "supervisord-check.cjs");
  const said = execFileSync(process.execPath, [program, JSON.stringify(request)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return accepted(JSON.parse(said) as CheckAnswer);
}

function accepted(answer: CheckAnswer): Extract<CheckAnswer, { ok: true }> {
  if (!answer.ok) throw new NotStarted(answer.messages, 2);
  return answer;
}

/** The keeper's code, which is read while the config is. */
function keeping(): typeof import("./keeping.ts") {
  return require([".", "keeping.cjs"].join("/")) as typeof import("./keeping.ts");
}

/** The soft limit of open files that we were started with: `bin/supervisord` asks the shell, before Node raises it. */
function softLimit(): number | null {
  const told = process.env["SUP_NOFILE_SOFT"] ?? launcherFileLimit() ?? "";
  return /^\d+$/.test(told) ? Number(told) : null;
}

function changeFolder(directory: string | null): Notice[] {
  const notices: Notice[] = [{ level: "info", text: "daemonizing the supervisord process" }];
  if (directory === null) return notices;
  try {
    process.chdir(directory);
    return [...notices, { level: "info", text: `set current directory: ${pythonRepr(directory)}` }];
  } catch (error) {
    const where = pythonRepr(directory);
    return [...notices, { level: "critical", text: `can't chdir into ${where}: ${pythonError(error)}: ${where}` }];
  }
}

/** A system error as Python shows it, such as `[Errno 13] Permission denied`. */
function pythonError(error: unknown): string {
  const { errno = 0, message } = error as NodeJS.ErrnoException;
  const words = /^E[A-Z]+: (.*?)(?:, chdir.*)?$/.exec(message)?.[1] ?? message;
  return `[Errno ${Math.abs(errno)}] ${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** In the foreground: from here on this process is the keeper, until it ends. */
async function stay(program: string, settings: Omit<KeeperSettings, "ownerFd">): Promise<void> {
  takeName(program);
  const owner = await keeping().runKeeper({ ...settings, ownerFd: null });
  if (owner !== null) throw new SupervisordUsageError(ALREADY_RUNNING);
}

restoreEnvironment();
const program = typedName();
main(program).catch((error: unknown) => {
  const [messages, status] =
    error instanceof NotStarted
      ? [error.messages, error.status]
      : [[error instanceof Error ? error.message : String(error)], error instanceof SupervisordUsageError ? 2 : 1];
  process.stderr.write(usageErrorText(messages, program));
  process.exit(status);
});
