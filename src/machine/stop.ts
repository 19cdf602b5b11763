import { log, unchanged, type Effect, type LogEffect, type Step } from "./effect.ts";
import {
  lifeAfter,
  type Backoff,
  type Exited,
  type Life,
  type Running,
  type Starting,
  type Stopping,
  type StopReason,
  type Stopped,
  type Fatal,
} from "./life.ts";
import type { LifecyclePolicy, StepContext } from "./policy.ts";
import { signalText } from "./signal-name.ts";

const SIGKILL = 9;
/** Between repeated SIGKILLs, milliseconds; keeps stopwaitsecs=0 from becoming a busy loop. */
const LEAST_KILL_INTERVAL = 1000;

/** Somebody wants it down. What is down already stays as it is. */
export function stop(spec: LifecyclePolicy, life: Life, reason: StopReason, context: StepContext): Step {
  switch (life.state) {
    case "STARTING":
      if (life.pid !== null) return beginStop(spec, life, reason, context);
      // An operator's wish outranks a shutdown's: it must end as STOPPED, even if the spawn fails.
      if (life.stopRequested === "operator" || life.stopRequested === reason) return unchanged(life);
      return { life: { ...life, stopRequested: reason }, effects: [] };
    case "RUNNING":
      return beginStop(spec, life, reason, context);
    case "BACKOFF":
      return reason === "shutdown" ? giveUpSilently(life) : stopWaiting(spec, life);
    case "EXITED":
      if (life.deadline !== null) return callOffRestart(spec, life, reason);
      return reason === "shutdown" ? unchanged(life) : { life, effects: [notRunning(spec)] };
    case "STOPPED":
    case "FATAL":
      return reason === "shutdown" ? unchanged(life) : { life, effects: [notRunning(spec)] };
    case "STOPPING":
    case "UNKNOWN":
      return unchanged(life);
  }
}

/** stopwaitsecs are over: SIGKILL now, and again until the exit is reported. */
export function kill(spec: LifecyclePolicy, life: Stopping, context: StepContext): Step {
  const target = spec.killasgroup ? "group" : "process";
  const interval = Math.max(spec.stopwaitsecs * 1000, LEAST_KILL_INTERVAL);
  return {
    life: { ...life, killed: true, deadline: context.now + interval },
    effects: [
      log("warn", `killing '${spec.name}' (${life.pid}) with SIGKILL`),
      ...send(spec, life.pid, SIGKILL, target, []),
    ],
  };
}

/** Brings SIGKILL forward. While a spawn is in flight there is nobody to kill yet: remembered for a stop that joins it. */
export function kick(life: Life, seconds: number, context: StepContext): Step {
  const time = context.now + Math.max(0, seconds) * 1000;
  if (life.state !== "STARTING" || life.pid !== null) return killBefore(life, time);
  return life.killBy === null || time < life.killBy
    ? { life: { ...life, killBy: time }, effects: [] }
    : unchanged(life);
}

/** If it is stopping, SIGKILL is due at `time` at the latest. */
export function killBefore(life: Life, time: number | null): Step {
  if (life.state !== "STOPPING" || time === null || time >= life.deadline) return unchanged(life);
  return { life: { ...life, deadline: time }, effects: [] };
}

function beginStop(spec: LifecyclePolicy, life: Starting | Running, reason: StopReason, context: StepContext): Step {
  const deadline = context.now + spec.stopwaitsecs * 1000;
  const target = spec.stopasgroup ? "group" : "process";
  return {
    // An operator's stop gives all retries back (Supervisor kept the count across stop and start).
    life: lifeAfter<Stopping>(life, { state: "STOPPING", pid: life.pid, reason, killed: false, deadline, backoff: 0 }),
    effects: send(spec, life.pid, spec.stopsignal, target, [
      { type: "event", name: "PROCESS_STATE_STOPPING", from: life.state, pid: life.pid },
    ]),
  };
}

function send(
  spec: LifecyclePolicy,
  pid: number,
  signal: number,
  target: "process" | "group",
  between: readonly Effect[],
): readonly Effect[] {
  const whom = target === "group" ? "process group " : "";
  return [
    log("debug", `killing ${spec.name} (pid ${pid}) ${whom}with signal ${signalText(signal)}`),
    ...between,
    { type: "signal", signal, target },
  ];
}

function stopWaiting(spec: LifecyclePolicy, life: Backoff): Step {
  return {
    life: lifeAfter<Stopped>(life, { state: "STOPPED", reason: "operator", deadline: null, backoff: 0 }),
    effects: [
      log("debug", `Attempted to kill ${spec.name}, which is in BACKOFF state.`),
      { type: "event", name: "PROCESS_STATE_STOPPED", from: "BACKOFF", pid: 0 },
    ],
  };
}

/** A restart that was a moment away: an operator turns it into a stop, a shutdown just leaves it out. */
function callOffRestart(spec: LifecyclePolicy, life: Exited, reason: StopReason): Step {
  if (reason === "shutdown") return { life: { ...life, deadline: null }, effects: [] };
  return {
    life: lifeAfter<Stopped>(life, { state: "STOPPED", reason, deadline: null }),
    effects: [notRunning(spec), { type: "event", name: "PROCESS_STATE_STOPPED", from: "EXITED", pid: 0 }],
  };
}

function notRunning(spec: LifecyclePolicy): LogEffect {
  return log("debug", `attempted to kill ${spec.name} with sig ${signalText(spec.stopsignal)} but it wasn't running`);
}

function giveUpSilently(life: Backoff): Step {
  return {
    life: lifeAfter<Fatal>(life, {
      state: "FATAL",
      tries: life.backoff,
      cause: "shutdown",
      deadline: null,
      backoff: 0,
    }),
    effects: [{ type: "event", name: "PROCESS_STATE_FATAL", from: "BACKOFF" }],
  };
}
