import { fullExitText } from "./exit-text.ts";
import type { Waiting } from "./gates.ts";
import type { Backoff, Exited, Fatal, Life } from "./life.ts";
import type { LifecyclePolicy } from "./policy.ts";

export interface ExplainFacts {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** What its gate waits for, if somebody asked for a start and the gate is shut. */
  readonly waitingFor?: readonly Waiting[];
  /** It is stopped only to come up again at once. */
  readonly comingBack?: boolean;
  /** Why a RUNNING process is not ready yet; `null` or absent if it is. */
  readonly notReady?: string | null;
}

/** One sentence on why a process is not running (or not ready); "" when all is well. */
export function explain(spec: LifecyclePolicy, life: Life, facts: ExplainFacts): string {
  const waiting = facts.waitingFor ?? [];
  switch (life.state) {
    case "STOPPED":
      if (waiting.length > 0) return waitingText(waiting);
      if (facts.comingBack === true) return "being restarted";
      if (life.reason === null) return "not started";
      return life.reason === "operator" ? BY_OPERATOR : "stopped because the daemon is shutting down";
    case "STARTING":
      if (life.pid === null) return life.stopRequested === null ? "being started" : "being stopped";
      return `starting: must stay up for ${seconds(spec.startsecs * 1000)} to count as running`;
    case "RUNNING":
      return facts.notReady ? `running, not ready: ${facts.notReady}` : "";
    case "BACKOFF": {
      const when =
        life.deadline === null ? "not restarting (the daemon is shutting down)" : retryText(life.deadline - facts.now);
      return `${when} ${life.lastExit === null ? "because it could not be started: " : "after "}${failure(life)}`;
    }
    case "STOPPING":
      if (life.killed) return "stopping: has been sent SIGKILL";
      return life.deadline > facts.now
        ? `stopping: SIGKILL follows in ${seconds(life.deadline - facts.now)}`
        : "stopping: SIGKILL follows now";
    case "EXITED":
      if (life.deadline !== null) return `${retryText(life.deadline - facts.now)} ${afterExit(life)}`;
      return waiting.length > 0 ? waitingText(waiting) : exitedText(spec, life);
    case "FATAL":
      return waiting.length > 0 ? waitingText(waiting) : fatalText(life);
    case "UNKNOWN":
      return `could not be signalled (pid ${life.pid}); nobody knows whether it still runs`;
  }
}

/**
 * Whether a process is down for good because it ended otherwise than its config expects, as `explain` tells it: what has
 * failed, even if nothing will be done about it.
 */
export function endedBadly({ state, why }: { readonly state: string; readonly why: string }): boolean {
  return state === "EXITED" && why.startsWith(ENDED) && !/^[^;]* \(expected\)/.test(why);
}

const ENDED = "ended";
const BY_OPERATOR = "stopped by an operator";

/** Whether somebody has stopped a process and nothing will start it but another order, as `explain` tells it. */
export function stoppedOnPurpose({ state, why }: { readonly state: string; readonly why: string }): boolean {
  return state === "STOPPED" && why.startsWith(BY_OPERATOR);
}

function waitingText(waiting: readonly Waiting[]): string {
  const goals = { started: "be running", ready: "be ready", completed: "complete" };
  const parts = waiting.map(({ program, condition, why }) => `${program} to ${goals[condition]} (${why})`);
  return `waiting for ${parts.join(" and ")}`;
}

function retryText(milliseconds: number): string {
  return milliseconds > 0 ? `restarting in ${seconds(milliseconds)}` : "restarting now";
}

function afterExit(life: Exited): string {
  return life.lastExit === null ? "after it ended" : `after ${fullExitText(life.lastExit)}`;
}

function failure(life: Backoff | Fatal): string {
  return life.lastExit === null ? spawnFailure(life.spawnerr) : fullExitText(life.lastExit);
}

/** Supervisor's texts, with the commonest one in the words of a shell. */
function spawnFailure(spawnerr: string): string {
  const missing = /^can't find command '(.*)'$/s.exec(spawnerr);
  return missing ? `command not found: ${missing[1]}` : spawnerr;
}

function exitedText(spec: LifecyclePolicy, life: Exited): string {
  const how = life.lastExit === null ? ENDED : `${ENDED} by itself: ${fullExitText(life.lastExit)}`;
  if (life.expected) return `${how} (expected)`;
  return spec.autorestart === false ? `${how}; autorestart is off` : how;
}

function fatalText(life: Fatal): string {
  if (life.cause === "shutdown") return "was waiting to be restarted when the daemon shut down";
  if (life.cause === "background") return life.spawnerr;
  const times = life.tries === 1 ? "once" : `${life.tries} times`;
  if (life.lastExit === null) return `${spawnFailure(life.spawnerr)}; tried ${times}, gave up`;
  const last = fullExitText(life.lastExit).replace(/^exit /, "with ");
  const meant = life.lastExit.code === 0 ? " (if it is meant to end: startsecs 0 and autorestart false)" : "";
  return `exited too quickly ${times}, last ${last}; gave up${meant}`;
}

function seconds(milliseconds: number): string {
  return `${Math.max(1, Math.ceil(milliseconds / 1000))} s`;
}
