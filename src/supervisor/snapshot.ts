import { fullExitText } from "../machine/exit-text.ts";
import { describeProcess } from "../machine/process-info.ts";
import { namespec } from "../model/model.ts";
import type { Member, ProcessReport } from "../protocol/api.ts";
import { heldUpBy } from "./held-up.ts";
import { logPath } from "./launch.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { Supervisor } from "./supervisor.ts";

/** What a process has written that could not be logged. */
export interface LostOutput {
  readonly bytes: number;
  /** Why it cannot be logged now, such as `ENOSPC`; `null` when all is well. */
  readonly failing: string | null;
}

/**
 * One process as everybody outside sees it: plain data of one moment. `lost`: absent for none. `survivors`: what lives on of runs
 * whose first process has ended.
 */
export function reportProcess(
  supervisor: Supervisor,
  process: ManagedProcess,
  lost?: LostOutput,
  survivors: readonly Member[] = [],
): ProcessReport {
  const { spec, life } = process;
  const now = Math.floor(supervisor.clock.wall() / 1000);
  return {
    name: spec.name,
    group: spec.group,
    program: spec.program,
    namespec: namespec(spec),
    state: life.state,
    pid: process.pid,
    start: process.wallStart,
    stop: process.wallStop,
    exitstatus: life.lastExit === null || life.lastExit.unknown ? null : life.exitstatus,
    lastExit: process.lastEnd === null ? "" : fullExitText(process.lastEnd),
    spawnerr: life.spawnerr,
    description: describe(process, now),
    why: withSurvivors(supervisor.why(process), survivors),
    heldUpBy: heldUpBy(supervisor, process).map((one) => namespec(one.spec)),
    survivors,
    ready: process.ready,
    restarts: process.restarts,
    stdoutLogfile: logPath(spec, "stdout", supervisor.context) ?? "",
    stderrLogfile: logPath(spec, "stderr", supervisor.context) ?? "",
    dropped: lost?.bytes ?? 0,
    logTrouble: lost?.failing ?? "",
  };
}

/** How a process has just ended. It may be on its way up again already, so the life itself does not say. */
export function endOf({ lastEnd }: ManagedProcess, expected: boolean): string {
  return lastEnd === null ? "" : `${fullExitText(lastEnd)}${expected ? "" : "; not expected"}`;
}

/** For whom `why` is empty all is well, apart from what an earlier run left. */
function withSurvivors(why: string, survivors: readonly Member[]): string {
  // One that put itself into the background is named already.
  const untold = survivors.filter(({ pid }) => !new RegExp(`\\bpid ${pid}\\b`).test(why));
  if (why === "" || untold.length === 0) return why;
  return `${why}; ${survivorsText(untold)}`;
}

/** By pid and command, three of them. */
function survivorsText(survivors: readonly Member[]): string {
  const named = survivors.slice(0, 3).map((one) => `${one.pid} (${one.command.slice(0, 60)})`);
  const more = survivors.length > 3 ? ` and ${survivors.length - 3} more` : "";
  return `still running of it: ${named.join(", ")}${more}`;
}

/** Supervisor's `description` text of a process; `now` in wall clock seconds. */
export function describe(process: ManagedProcess, now: number): string {
  const stopText = localTime(new Date(process.wallStop * 1000));
  return describeProcess(process.spec, process.life, { now, start: process.wallStart, stopText });
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `%b %d %I:%M %p` of C, in the daemon's time zone and English whatever the locale. */
function localTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const hour = at.getHours() % 12 === 0 ? 12 : at.getHours() % 12;
  return `${MONTHS[at.getMonth()]} ${two(at.getDate())} ${two(hour)}:${two(at.getMinutes())} ${at.getHours() < 12 ? "AM" : "PM"}`;
}
