import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ConsoleLog } from "../../keeper/output/console-log.ts";
import { closeInherited } from "../../keeper/kernel/inherited-fds.ts";
import { KeeperCore } from "../../keeper/keeper-core.ts";
import { whyNotOwn } from "../../keeper/kernel/own-folder.ts";
import { prepareKeeper } from "../../keeper/prepare.ts";
import { lockRuntime } from "../../keeper/runtime-lock.ts";
import { shutDown } from "../../keeper/shut-down.ts";
import { SupervisorChild } from "../../keeper/supervisor-child.ts";
import { dropSupervisor, spawnSupervisor } from "../../keeper/supervisor-process.ts";
import { keepEngineQuiet } from "../../keeper/quiet-engine.ts";
import { collectWhenStill, keepHeapSmall } from "../../keeper/small-heap.ts";
import type { ConsoleStyle } from "../../protocol/keeper.ts";
import { version } from "../version.ts";

export interface KeeperSettings {
  /** Absolute; created if it is missing. */
  readonly runtime: string;
  /** The runtime folder is ours alone, and removed at the end. */
  readonly temporary?: boolean;
  /** A descriptor whose other end is held by whoever owns us; `null`: nobody does. */
  readonly ownerFd: number | null;
  /** Where the keeper's own complaints go; `null`: standard error. */
  readonly crashLog: string | null;
  /** The supervisor's command line. */
  readonly command: readonly string[];
  /** Executable and script of a supervisor that works, to go back to if this one falls over; absent: there is none. */
  readonly before?: readonly [string, string] | null;
  /** Soft limit of open files that programs get; `null` leaves the keeper's own. */
  readonly nofileSoft: number | null;
  /** How standard output looks when it is for the programs' output and the daemon's log; absent: it is the supervisor's. */
  readonly console?: ConsoleStyle;
  /** A supervisor that `spawnSupervisor` has started for us; absent: it is done here. It is gone when this fails. */
  readonly early?: ChildProcess;
}

/**
 * Makes this process a keeper: it takes the runtime folder, starts the supervisor and ends with it. Resolves once that is
 * under way, with `null`; if another keeper owns the folder, with that keeper's pid (0 if it is not known) and nothing was
 * done. Throws the system's error if the folder cannot be used.
 */
export async function runKeeper(settings: KeeperSettings): Promise<number | null> {
  keepEngineQuiet();
  keepHeapSmall();
  const ownerFd = closeInherited(settings.ownerFd);
  // It takes longer to start than all that comes now, and does nothing before it is served.
  const print = settings.console === undefined ? "inherit" : "pipe";
  const early = settings.early ?? spawnSupervisor(settings.command, 0, print);
  early.on("error", () => undefined);
  prepareKeeper();
  let owner: number | null = 0;
  try {
    owner = await keep(settings, ownerFd, early);
    return owner;
  } finally {
    if (owner !== null) await dropSupervisor(early);
  }
}

async function keep(settings: KeeperSettings, ownerFd: number | null, early: ChildProcess): Promise<number | null> {
  const { runtime, crashLog, command, nofileSoft } = settings;
  let shown: ConsoleLog | null = null;
  const log = (line: string): void => {
    const text = `${new Date().toISOString()} keeper: ${line}\n`;
    try {
      if (shown !== null) shown.say(Buffer.from(`keeper: ${line}\n`));
      else if (crashLog === null) process.stderr.write(text);
      else fs.appendFileSync(crashLog, text, { mode: 0o600 });
    } catch {
      // There is no better place to say it.
    }
  };
  // Every program is this process's child: it ends for no error of its own.
  process.on("uncaughtException", (error) => log(error.stack ?? String(error)));
  const folder = join(runtime, "keeper");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unsafe = whyNotOwn(runtime);
  if (unsafe !== null) throw new Error(`unsafe folder for sockets: ${unsafe}; name another with SUP_RUNTIME_DIR`);
  const owner = await lockRuntime(folder);
  if (owner !== null) return owner;
  const keeper = new KeeperCore({ folder, nofileSoft, version, owned: ownerFd !== null });
  if (settings.console !== undefined) shown = new ConsoleLog(keeper.files, settings.console);
  let ending: string | null = null;
  let patience: NodeJS.Timeout | null = null;
  const tellEnd = (signal: string): void => {
    ending = signal;
    keeper.tell({ type: "relayed", signal });
    const heard = supervisor.heard;
    patience ??= setTimeout(() => {
      patience = null;
      if (supervisor.heard > heard) return;
      log(`the supervisor does not answer to ${signal}: stopping all programs without it`);
      supervisor.end();
      shutDown(keeper).then(
        () => keeper.quit({ force: true }),
        (error: unknown) => log(String(error)),
      );
    }, PATIENCE);
  };
  // A supervisor that is started, or dies, in the middle of a shutdown must not make it forgotten.
  const tellAgain = (): void => {
    if (ending !== null) tellEnd(ending);
  };
  /** What was asked for while there was no supervisor to hear it. */
  const untold = new Set<string>();
  const tellRest = (): void => {
    for (const signal of untold) keeper.tell({ type: "relayed", signal });
    untold.clear();
  };
  const ready = (): void => {
    tellAgain();
    tellRest();
  };
  const news = { heard: collectWhenStill(), ready, died: tellAgain };
  const supervisor = new SupervisorChild(keeper, command, log, news, shown?.say ?? null);
  if (settings.before) supervisor.isAfter(settings.before);
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) process.on(signal, () => tellEnd(signal.slice(3)));
  for (const signal of ["SIGHUP", "SIGUSR2"] as const) {
    process.on(signal, () => {
      untold.add(signal.slice(3));
      if (supervisor.hears) tellRest();
    });
  }
  // Node's own answer to SIGUSR1 is to open a debugger's port; Supervisor's is to die and leave all programs behind.
  process.on("SIGUSR1", () => undefined);
  if (ownerFd !== null) watchOwner(ownerFd, () => tellEnd("TERM"));
  const end = async (): Promise<never> => {
    try {
      await Promise.all([supervisor.gone(2000), nextTurn().then(() => keeper.swept)]);
      shown?.close();
      await keeper.files.drained(2000);
      if (settings.temporary === true) fs.rmSync(runtime, { recursive: true, force: true });
    } catch (error) {
      // Such as a folder that something is mounted in: it stays, and we go.
      process.stderr.write(`keeper: cannot clean up: ${String(error)}\n`);
    }
    process.exit(keeper.status);
  };
  keeper.events.onClose(() => void end());
  supervisor.start(early);
  return null;
}

/** The other end of this descriptor is held by whoever owns us; its end means that they are gone. */
function watchOwner(fd: number, gone: () => void): void {
  const socket = new net.Socket({ fd, readable: true, writable: false });
  socket.on("error", () => socket.destroy());
  socket.on("close", gone);
  socket.resume();
}

/** Milliseconds that a supervisor has to say anything after it was told to end. */
const PATIENCE = 5000;
