import { log, type LogEffect, type Step } from "./effect.ts";
import { lifeAfter, type Backoff, type Launching, type Life, type Running, type Starting, type Fatal } from "./life.ts";
import type { LifecyclePolicy, StepContext } from "./policy.ts";

/** To STARTING: asks for the next incarnation. The caller has made sure that none lives. */
export function beginStart(life: Life, context: Pick<StepContext, "now">): Step {
  const incarnation = life.incarnation + 1;
  const next = lifeAfter<Launching>(life, {
    state: "STARTING",
    pid: null,
    stopRequested: null,
    killBy: null,
    deadline: null,
    incarnation,
    exitstatus: null,
    lastExit: null,
    spawnerr: "",
    lastStartedAt: context.now,
  });
  return {
    life: next,
    effects: [
      { type: "event", name: "PROCESS_STATE_STARTING", from: life.state, tries: life.backoff },
      { type: "spawn", incarnation },
    ],
  };
}

/** The spawn is answered: it has a pid, and startsecs begin to count. */
export function settle(
  spec: LifecyclePolicy,
  life: Launching,
  pid: number,
  startedAt: number,
  line: LogEffect,
): { readonly life: Starting; readonly effects: readonly [LogEffect] } {
  const deadline = startedAt + spec.startsecs * 1000;
  return {
    life: lifeAfter<Starting>(life, { state: "STARTING", pid, deadline, lastStartedAt: startedAt }),
    effects: [line],
  };
}

/** It has stayed up for startsecs: RUNNING, and all its retries are back. */
export function promote(spec: LifecyclePolicy, life: Starting): Step {
  const success =
    `success: ${spec.name} entered RUNNING state, process has stayed up for > than ` +
    `${spec.startsecs} seconds (startsecs)`;
  const next = lifeAfter<Running>(life, { state: "RUNNING", pid: life.pid, deadline: null, backoff: 0 });
  return {
    life: next,
    effects: [{ type: "event", name: "PROCESS_STATE_RUNNING", from: "STARTING", pid: life.pid }, log("info", success)],
  };
}

/** There was nothing to run: counts as a failed attempt. Supervisor logs this before the change of state. */
export function failSpawn(
  spec: LifecyclePolicy,
  life: Launching,
  { message, shortage = false }: SpawnFailure,
  context: StepContext,
): Step {
  const line = log("info", `spawnerr: ${message}`);
  // A stop that waits for this answer comes before any decision to give up.
  if (life.stopRequested !== null) {
    const waiting = enterBackoff(spec, { ...life, spawnerr: message }, context);
    return { life: waiting.life, effects: [line, ...waiting.effects] };
  }
  if (shortage && context.accepting) return waitForRoom({ ...life, spawnerr: message }, line, context);
  const failed = failAttempt(spec, { ...life, spawnerr: message }, [], context);
  return { life: failed.life, effects: [line, ...failed.effects] };
}

/** What is known of a spawn that failed. */
export interface SpawnFailure {
  readonly message: string;
  readonly shortage?: boolean;
}

/**
 * It is not the program's fault, so it costs none of its retries and never leads to FATAL, from which nothing would bring it
 * back when there is room again (Supervisor counts these like any failure).
 */
function waitForRoom(life: Launching, line: LogEffect, context: StepContext): Step {
  const deadline = context.now + SHORTAGE_RETRY;
  return {
    life: lifeAfter<Backoff>(life, { state: "BACKOFF", deadline }),
    effects: [line, { type: "event", name: "PROCESS_STATE_BACKOFF", from: "STARTING", tries: life.backoff }],
  };
}

/** Milliseconds between attempts while the machine is short of something. */
const SHORTAGE_RETRY = 3000;

/**
 * A start has failed: BACKOFF, then another try after as many seconds as there were failures (`backoffMax` at most), or FATAL
 * at once when the retries are used up. `lines` stand between the two events.
 */
export function failAttempt(
  spec: LifecyclePolicy,
  life: Launching | Starting,
  lines: readonly LogEffect[],
  context: StepContext,
): Step {
  const waiting = enterBackoff(spec, life, context);
  const effects = [...waiting.effects, ...lines];
  if (spec.startretries === "endless" || waiting.life.backoff <= spec.startretries)
    return { life: waiting.life, effects };
  const { backoff: tries } = waiting.life;
  return {
    life: lifeAfter<Fatal>(waiting.life, { state: "FATAL", tries, cause: "gave-up", deadline: null, backoff: 0 }),
    effects: [
      ...effects,
      { type: "event", name: "PROCESS_STATE_FATAL", from: "BACKOFF" },
      log("info", `gave up: ${spec.name} entered FATAL state, too many start retries too quickly`),
    ],
  };
}

/** The start has failed in a way that another try would make worse; `spawnerr` says how. */
export function giveUpAtOnce(
  spec: LifecyclePolicy,
  life: Starting,
  lines: readonly LogEffect[],
  context: StepContext,
): Step {
  const waiting = enterBackoff(spec, life, context);
  const tries = waiting.life.backoff;
  return {
    life: lifeAfter<Fatal>(waiting.life, { state: "FATAL", tries, cause: "background", deadline: null, backoff: 0 }),
    effects: [
      ...waiting.effects,
      ...lines,
      { type: "event", name: "PROCESS_STATE_FATAL", from: "BACKOFF" },
      log("warn", `gave up: ${spec.name} entered FATAL state, ${life.spawnerr}`),
    ],
  };
}

function enterBackoff(
  spec: LifecyclePolicy,
  life: Launching | Starting,
  context: StepContext,
): Step & { readonly life: Backoff } {
  const backoff = life.backoff + 1;
  const deadline = context.accepting ? context.now + Math.min(backoff, spec.backoffMax ?? Infinity) * 1000 : null;
  return {
    life: lifeAfter<Backoff>(life, { state: "BACKOFF", deadline, backoff }),
    effects: [{ type: "event", name: "PROCESS_STATE_BACKOFF", from: "STARTING", tries: backoff }],
  };
}
