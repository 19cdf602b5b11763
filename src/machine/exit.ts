import { log, type Effect, type LogEffect, type Step } from "./effect.ts";
import { exitStatusOf, exitText, fullExitText, isExpectedExit } from "./exit-text.ts";
import type { ExitedInput } from "./input.ts";
import {
  lifeAfter,
  type Exit,
  type Exited,
  type Running,
  type Starting,
  type Stopping,
  type Unknown,
  type Stopped,
} from "./life.ts";
import type { LifecyclePolicy, StepContext } from "./policy.ts";
import { beginStart, failAttempt, giveUpAtOnce } from "./start.ts";

/** From one start to the next automatic one, milliseconds. */
const LEAST_START_INTERVAL = 1000;

type Alive = Starting | Running | Stopping | Unknown;

/** A living process has ended. Events come before the log line, while the pid still shows. */
export function exit(spec: LifecyclePolicy, life: Alive, input: ExitedInput, context: StepContext): Step {
  const ending: Exit = {
    code: input.code,
    signal: input.signal,
    unknown: input.unknown,
    ...(input.coreDumped === undefined ? {} : { coreDumped: input.coreDumped }),
    ...(input.outOfMemory === undefined ? {} : { outOfMemory: input.outOfMemory }),
  };
  const at = input.at ?? context.now;
  const ended = { ...life, lastExit: ending, exitstatus: exitStatusOf(ending), lastStoppedAt: at };
  switch (ended.state) {
    case "STOPPING":
      return stopped(spec, ended, ending, ended.reason);
    case "UNKNOWN":
      return ended.reason === null
        ? ranAndExited(spec, ended, ending, context)
        : stopped(spec, ended, ending, ended.reason);
    case "STARTING":
      return isTooQuick(spec, ended, at)
        ? exitedTooQuickly(spec, ended, ending, input.background, context)
        : ranAndExited(spec, ended, ending, context);
    case "RUNNING":
      return ranAndExited(spec, ended, ending, context);
  }
}

function stopped(spec: LifecyclePolicy, life: Stopping | Unknown, ending: Exit, reason: "operator" | "shutdown"): Step {
  const level = isExpectedExit(ending, spec.exitcodes) ? "info" : "warn";
  return {
    life: lifeAfter<Stopped>(life, { state: "STOPPED", reason, deadline: null, backoff: 0 }),
    effects: [
      { type: "event", name: "PROCESS_STATE_STOPPED", from: life.state, pid: life.pid },
      log(level, `stopped: ${spec.name} (${exitText(ending)})`),
    ],
  };
}

function isTooQuick(spec: LifecyclePolicy, life: Starting, at: number): boolean {
  // The spawn is answered a moment after it happened, so a very short life may seem to end before it began.
  const ranFor = Math.max(0, at - (life.lastStartedAt ?? at));
  return ranFor < spec.startsecs * 1000;
}

/**
 * Even with status 0: a program that does not stay up for startsecs has not started. `background`: what is said of one that lives
 * on in the background. It is not tried again: Supervisor does, and has one more copy of it running each time.
 */
function exitedTooQuickly(
  spec: LifecyclePolicy,
  life: Starting,
  ending: Exit,
  background: string | undefined,
  context: StepContext,
): Step {
  const failed: Starting = {
    ...life,
    exitstatus: null,
    spawnerr: "Exited too quickly (process log may have details)",
  };
  const lines = [log("warn", exitedLine(spec, ending, false)), ...memoryLines(spec, ending)];
  if (background === undefined) return failAttempt(spec, failed, lines, context);
  return giveUpAtOnce(spec, { ...failed, spawnerr: background }, lines, context);
}

function ranAndExited(
  spec: LifecyclePolicy,
  life: Starting | Running | Unknown,
  ending: Exit,
  context: StepContext,
): Step {
  const expected = isExpectedExit(ending, spec.exitcodes);
  const effects: Effect[] = [];
  if (life.state === "STARTING") {
    // It stayed up long enough and nobody had looked yet: it was RUNNING, without Supervisor's `success` line.
    effects.push({ type: "event", name: "PROCESS_STATE_RUNNING", from: "STARTING", pid: life.pid });
  }
  const from = life.state === "STARTING" ? "RUNNING" : life.state;
  effects.push(
    { type: "event", name: "PROCESS_STATE_EXITED", from, expected, pid: life.pid },
    log(expected ? "info" : "warn", exitedLine(spec, ending, expected)),
    ...memoryLines(spec, ending),
  );
  const next = lifeAfter<Exited>(life, {
    state: "EXITED",
    expected,
    deadline: null,
    backoff: 0,
    spawnerr: expected ? "" : badExit(ending),
  });
  if (!context.accepting || !wantsRestart(spec, expected)) return { life: next, effects };
  // Whatever reached RUNNING is wanted up without limit, but only once a second: that is how often Supervisor's loop looks,
  // and startsecs=0 with a program that ends at once would otherwise fork as fast as the machine can.
  const again = Math.min(next.lastStartedAt ?? -Infinity, context.now) + LEAST_START_INTERVAL;
  if (again > context.now) return { life: { ...next, deadline: again }, effects };
  const restarted = beginStart(next, context);
  return { life: restarted.life, effects: [...effects, ...restarted.effects] };
}

/** Whether `autorestart` brings it back after such an ending. */
export function wantsRestart(spec: LifecyclePolicy, expected: boolean): boolean {
  return spec.autorestart === "unexpected" ? !expected : spec.autorestart;
}

function badExit(ending: Exit): string {
  return ending.unknown ? "exit status unknown" : `Bad exit code ${exitStatusOf(ending)}`;
}

/** What Supervisor does not say. */
function memoryLines(spec: LifecyclePolicy, ending: Exit): LogEffect[] {
  return ending.outOfMemory === undefined ? [] : [log("warn", `${spec.name} ${fullExitText(ending)}`)];
}

function exitedLine(spec: LifecyclePolicy, ending: Exit, expected: boolean): string {
  return `exited: ${spec.name} (${exitText(ending)}; ${expected ? "expected" : "not expected"})`;
}
