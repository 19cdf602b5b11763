import { awaitsRestart } from "../machine/life.ts";
import { namespec, type ProcessSpec } from "../model/model.ts";
import { nameProblem, selects } from "../model/select-processes.ts";
import { closest } from "../model/text/suggest.ts";
import { signalNames } from "../model/values.ts";
import { SIGNALLABLE_STATES, STOPPED_STATES, type ProcessState } from "../model/states.ts";
import type { ActionResult, ApiCalls } from "../protocol/api.ts";
import { untilWithAwaited, waitsInVain } from "../supervisor/held-up.ts";
import { isDown } from "../supervisor/is-down.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import { checkCommand } from "../supervisor/launch.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { parseSignal } from "./parse-signal.ts";

/** A call that cannot be carried out as a whole: its text is for the caller. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** `start`: with all that the chosen programs depend on, unless `noDeps`. Waits for RUNNING, or for the reason why not. */
export function start(supervisor: Supervisor, args: ApiCalls["start"]["arguments"]): Promise<readonly ActionResult[]> {
  assertAccepting(supervisor);
  const chosen = choose(supervisor, args.names);
  if (args.noDeps !== true) for (const needed of dependenciesOf(supervisor, chosen)) supervisor.requestStart(needed);
  return Promise.all(chosen.map((process) => startOne(supervisor, process, args.wait !== false, args.noDeps === true)));
}

/** `stop`: by signal, escalation and wait, as each program's config says; of one that is down, what it has left. */
export function stop(supervisor: Supervisor, args: ApiCalls["stop"]["arguments"]): Promise<readonly ActionResult[]> {
  const stopped = choose(supervisor, args.names).map(async (process) => {
    const wait = args.wait !== false;
    const left = process.pid === 0;
    const result = await stopOne(supervisor, process, wait);
    const ended = left ? process.endLeft() : null;
    if (wait) await ended;
    return result;
  });
  return Promise.all(stopped);
}

/**
 * `restart`: stops what runs, then starts, as `start` does; a stopped program is simply started. Several at a time are one; a stop
 * that comes meanwhile is the last word.
 */
export async function restart(
  supervisor: Supervisor,
  args: ApiCalls["restart"]["arguments"],
): Promise<readonly ActionResult[]> {
  assertAccepting(supervisor);
  const noDeps = args.noDeps === true;
  const chosen = choose(supervisor, args.names);
  if (!noDeps) for (const needed of dependenciesOf(supervisor, chosen)) supervisor.requestStart(needed);
  const restarted = chosen.map(async (process) => {
    await supervisor.stopAndWait(process, { startAgain: true });
    if (isCalledOff(process)) return result(process, STOPPED_MEANWHILE);
    return startOne(supervisor, process, args.wait !== false, noDeps);
  });
  return Promise.all(restarted);
}

/** `signal`: to the processes themselves, never to their groups. Throws `Refusal` for an unknown signal. */
export function signal(
  supervisor: Supervisor,
  args: ApiCalls["signal"]["arguments"],
): Promise<readonly ActionResult[]> {
  const number = parseSignal(args.signal);
  if (number === null) {
    const meant = closest(args.signal.replace(/^SIG/i, ""), signalNames());
    throw new Refusal(`there is no signal ${args.signal}${meant === null ? "" : ` (did you mean ${meant}?)`}`);
  }
  const sent = choose(supervisor, args.names).map(async (process) => {
    if (!SIGNALLABLE_STATES.has(process.life.state) || process.pid === 0) return result(process, "not running");
    const error = await process.sendSignal(number);
    return result(process, error ?? "");
  });
  return Promise.all(sent);
}

/** The processes of these names, all if there is none. @throws Refusal for a name that there is not. */
export function choose(supervisor: Supervisor, names: readonly string[] = []): ManagedProcess[] {
  const all = supervisor.processes();
  assertNamed(
    names,
    all.map((process) => process.spec),
  );
  return all.filter((process) => selects(names, process.spec));
}

/** @throws Refusal for a name that means none of the processes. */
export function assertNamed(names: readonly string[], processes: readonly ProcessSpec[]): void {
  const unknown = nameProblem(names, processes);
  if (unknown !== null) throw new Refusal(unknown);
}

async function startOne(
  supervisor: Supervisor,
  process: ManagedProcess,
  wait: boolean,
  now: boolean,
): Promise<ActionResult> {
  if (process.life.state === "STOPPING") {
    await supervisor.stopAndWait(process, { startAgain: true });
    if (isCalledOff(process)) return result(process, STOPPED_MEANWHILE);
  }
  if (process.leaving) return result(process, GONE);
  const state: ProcessState = process.life.state;
  if (state === "RUNNING") return result(process, "");
  // Whoever started it before us has done what is to be done: we wait for the same.
  if (state !== "STARTING") {
    const found = checkCommand(process.spec, supervisor.context);
    if (!found.ok) {
      // Nor does whoever waits for its return wait any longer.
      if (process.startAgain !== null) supervisor.requestStop(process);
      return result(process, found.message);
    }
    // Waiting to retry is no reason to wait now that somebody asks.
    if (state === "BACKOFF") await supervisor.stopAndWait(process);
    if (now) supervisor.startNow(process);
    else supervisor.requestStart(process);
  }
  if (!wait) return result(process, "");
  await untilSettled(supervisor, process);
  // It stays asked for: it starts if what it waits for comes up after all.
  if (isOnItsWay(supervisor, process)) return result(process, supervisor.why(process));
  if (process.leaving) return result(process, GONE);
  const { life } = process;
  const well = life.state === "RUNNING" || (life.state === "EXITED" && life.expected);
  return result(process, well ? "" : life.spawnerr === "" ? `is ${life.state}` : life.spawnerr);
}

/** It was to start as soon as it was down, and somebody has stopped it since. */
function isCalledOff(process: ManagedProcess): boolean {
  return process.startAgain === null && isDown(process) && !process.wanted && !process.leaving;
}

function isOnItsWay(supervisor: Supervisor, process: ManagedProcess): boolean {
  if (process.leaving || supervisor.mood !== "running") return false;
  // Down only to come up again: somebody else restarts it.
  return process.life.state === "STARTING" || process.startAgain !== null || supervisor.waitingFor(process).length > 0;
}

/** Until it runs or has failed, or what it waits for will not come by itself. */
function untilSettled(supervisor: Supervisor, process: ManagedProcess): Promise<void> {
  return untilWithAwaited(
    supervisor,
    process,
    () => !isOnItsWay(supervisor, process) || waitsInVain(supervisor, process),
  );
}

async function stopOne(supervisor: Supervisor, process: ManagedProcess, wait: boolean): Promise<ActionResult> {
  const { state } = process.life;
  const waiting = supervisor.waitingFor(process).length > 0;
  const idle = STOPPED_STATES.has(state) && process.pid === 0;
  if (idle && !waiting && !awaitsRestart(process.life)) return result(process, "not running");
  if (wait) await supervisor.stopAndWait(process);
  else supervisor.requestStop(process);
  const isLost = process.life.state === "UNKNOWN";
  return result(process, isLost ? `could not be signalled (pid ${process.pid}), and may run on` : "");
}

/** What the chosen programs need, directly or not, and does not run; dependencies first. */
export function dependenciesOf(supervisor: Supervisor, chosen: readonly ManagedProcess[]): ManagedProcess[] {
  const found = new Set<ManagedProcess>();
  const visit = (process: ManagedProcess): void => {
    for (const { program } of process.spec.dependsOn) {
      for (const needed of supervisor.processesOf(program)) {
        if (found.has(needed) || chosen.includes(needed)) continue;
        visit(needed);
        found.add(needed);
      }
    }
  };
  chosen.forEach(visit);
  return [...found].filter((process) => STOPPED_STATES.has(process.life.state) && !hasCompleted(process));
}

/** A one-shot that has done its work is not run again for each program that depends on it. */
function hasCompleted(process: ManagedProcess): boolean {
  return process.life.state === "EXITED" && process.life.expected;
}

const STOPPED_MEANWHILE = "was stopped meanwhile";
/** What becomes of a process that an edit takes out. */
const GONE = "the config no longer has it";

function assertAccepting(supervisor: Supervisor): void {
  if (supervisor.mood !== "running") throw new Refusal("the daemon is shutting down");
}

function result(process: ManagedProcess, error: string): ActionResult {
  const { name, group } = process.spec;
  return { namespec: namespec(process.spec), name, group, ok: error === "", error };
}
