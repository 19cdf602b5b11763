import { andThen, log, unchanged, type Step } from "./effect.ts";
import { exit, wantsRestart } from "./exit.ts";
import type { AdoptedInput, ExitedInput, Input, SignalRefusedInput } from "./input.ts";
import type { Launching, Life, Running, Starting, Stopping, Unknown } from "./life.ts";
import { lifeAfter } from "./life.ts";
import type { LifecyclePolicy, StepContext } from "./policy.ts";
import { beginStart, failSpawn, promote, settle } from "./start.ts";
import { kick, kill, killBefore, stop } from "./stop.ts";

/**
 * One step in the life of a supervised process: pure, total (every state takes every input), never throws.
 *
 * Theory of operation: Supervisor polls once a second and asks each process what time has done to it. Here nothing polls:
 * whoever drives the machine feeds it what happened and arms one timer for `life.deadline`. The texts, the events and
 * their order, and the counters are Supervisor's, and so is at most one automatic start a second; three things differ on
 * purpose:
 * - a spawn is asked for and answered later, so STARTING has a variant without a pid that remembers a stop;
 * - an exit is judged by when it happened, not by when it was noticed, so a program that fails at once always goes to
 *   BACKOFF (Supervisor could take it for RUNNING and restart it for ever);
 * - UNKNOWN is left when the process exits after all (Supervisor fell over an assertion there), and the failure counter
 *   does not survive an operator's stop or start.
 *
 * An unchanged life comes back as the very same object.
 */
export function step(spec: LifecyclePolicy, life: Life, input: Input, context: StepContext): Step {
  if (isStale(life, input)) return unchanged(life);
  switch (input.type) {
    case "start":
      return start(life, context);
    case "stop":
      return stop(spec, life, "operator", context);
    case "shutdown":
      return stop(spec, life, "shutdown", context);
    case "spawned":
      return spawned(spec, life, input.pid, context);
    case "spawnFailed":
      if (life.state !== "STARTING" || life.pid !== null) return unchanged(life);
      return andThen(failSpawn(spec, life, input, context), (failed) =>
        life.stopRequested === null ? unchanged(failed) : stop(spec, failed, life.stopRequested, context),
      );
    case "exited":
      return exited(spec, life, input, context);
    case "timer":
      return timer(spec, life, context);
    case "signalRefused":
      return signalRefused(spec, life, input);
    case "adopted":
      return adopted(spec, life, input, context);
    case "kick":
      return kick(life, input.seconds, context);
  }
}

/** News about an incarnation that is over, such as the answer to a spawn whose death was heard of first. */
function isStale(life: Life, input: Input): boolean {
  if (!("incarnation" in input) || input.incarnation === undefined) return false;
  if (input.type === "adopted" || input.type === "exited") return input.incarnation < life.incarnation;
  return input.incarnation !== life.incarnation;
}

function start(life: Life, context: StepContext): Step {
  switch (life.state) {
    case "STOPPED":
    case "EXITED":
    case "FATAL":
      // Whoever asks for a start gives the program all its retries (Supervisor kept the old count).
      return context.accepting ? beginStart({ ...life, backoff: 0 }, context) : unchanged(life);
    case "STARTING":
    case "RUNNING":
    case "BACKOFF":
    case "STOPPING":
    case "UNKNOWN":
      return unchanged(life);
  }
}

function spawned(spec: LifecyclePolicy, life: Life, pid: number, context: StepContext): Step {
  if (life.state !== "STARTING" || life.pid !== null) return unchanged(life);
  const settled = settle(spec, life, pid, context.now, log("info", `spawned: '${spec.name}' with pid ${pid}`));
  if (life.stopRequested !== null) return carryOutStop(spec, life, settled, context);
  return andThen(settled, (up) =>
    up.state === "STARTING" && up.pid !== null && spec.startsecs === 0 ? promote(spec, up) : unchanged(up),
  );
}

/** A stop came while the spawn was in flight: the process is stopped before it can count as RUNNING. */
function carryOutStop(spec: LifecyclePolicy, life: Launching, settled: Step, context: StepContext): Step {
  const stopping = andThen(settled, (up) => stop(spec, up, life.stopRequested ?? "operator", context));
  return andThen(stopping, (down) => killBefore(down, life.killBy));
}

function exited(spec: LifecyclePolicy, life: Life, input: ExitedInput, context: StepContext): Step {
  if (input.incarnation !== undefined && input.incarnation > life.incarnation)
    return unheardOf(spec, life, input, input.incarnation, context);
  switch (life.state) {
    case "STARTING":
      if (life.pid !== null) return exit(spec, life, input, context);
      // The death overtook the answer to the spawn: take the news in the order in which they happened.
      return withoutSignals(
        andThen(spawned(spec, life, input.pid ?? 0, context), (up) =>
          "pid" in up && up.pid !== null ? exited(spec, up, input, context) : unchanged(up),
        ),
      );
    case "RUNNING":
    case "STOPPING":
    case "UNKNOWN":
      return exit(spec, life, input, context);
    case "STOPPED":
    case "BACKOFF":
    case "EXITED":
    case "FATAL":
      return unchanged(life);
  }
}

/** It was started and has ended while no supervisor was there to note the start: when that was, nobody can tell. */
function unheardOf(
  spec: LifecyclePolicy,
  life: Life,
  input: ExitedInput,
  incarnation: number,
  context: StepContext,
): Step {
  const at = Math.min(input.at ?? context.now, context.now);
  const run: AdoptedInput = { type: "adopted", pid: input.pid ?? 0, incarnation, startedAt: at };
  const begun = adopted(spec, life, run, { ...context, now: at });
  return withoutSignals(andThen(begun, (up) => exited(spec, up, input, context)));
}

/** There is nobody left to signal. */
function withoutSignals(after: Step): Step {
  return { life: after.life, effects: after.effects.filter((effect) => effect.type !== "signal") };
}

function timer(spec: LifecyclePolicy, life: Life, context: StepContext): Step {
  if (life.deadline === null || context.now < life.deadline) return unchanged(life);
  switch (life.state) {
    case "STARTING":
      return promote(spec, life);
    case "BACKOFF":
      // A deadline left standing would fire for ever; the daemon goes down and will not want it again.
      return context.accepting ? beginStart(life, context) : { life: { ...life, deadline: null }, effects: [] };
    case "STOPPING":
      return kill(spec, life, context);
    case "EXITED":
      // The policy may have changed since.
      return context.accepting && wantsRestart(spec, life.expected)
        ? beginStart(life, context)
        : { life: { ...life, deadline: null }, effects: [] };
  }
}

function signalRefused(spec: LifecyclePolicy, life: Life, input: SignalRefusedInput): Step {
  const byHand = input.during === "signal";
  switch (life.state) {
    case "STARTING":
      return life.pid !== null && byHand ? refused(spec, life, input.errno, byHand) : unchanged(life);
    case "RUNNING":
      return byHand ? refused(spec, life, input.errno, byHand) : unchanged(life);
    case "STOPPING":
      return refused(spec, life, input.errno, byHand);
    case "STOPPED":
    case "BACKOFF":
    case "EXITED":
    case "FATAL":
    case "UNKNOWN":
      return unchanged(life);
  }
}

/** As Python says ESRCH. */
const NO_SUCH_PROCESS = "[Errno 3] No such process";

/** ESRCH only says that the exit is on its way to us; anything else leaves a process that we cannot command. */
function refused(spec: LifecyclePolicy, life: Starting | Running | Stopping, errno: string, byHand: boolean): Step {
  if (errno === "ESRCH") {
    const just = byHand ? "just now" : "just";
    const message = `unable to signal ${spec.name} (pid ${life.pid}), it probably ${just} exited on its own: ${NO_SUCH_PROCESS}`;
    return { life, effects: [log("debug", message)] };
  }
  const doing = byHand ? "sending sig" : "killing";
  const next = lifeAfter<Unknown>(life, {
    state: "UNKNOWN",
    pid: life.pid,
    reason: life.state === "STOPPING" ? life.reason : null,
    deadline: null,
  });
  return {
    life: next,
    effects: [
      log("critical", `unknown problem ${doing} ${spec.name} (${life.pid}):${errno}`),
      { type: "event", name: "PROCESS_STATE_UNKNOWN", from: life.state },
    ],
  };
}

function adopted(spec: LifecyclePolicy, life: Life, input: AdoptedInput, context: StepContext): Step {
  const { pid, incarnation } = input;
  // A wall clock that was set back must not keep it from being promoted.
  const startedAt = Math.min(input.startedAt, context.now);
  // The stored life knows this very process already.
  if (incarnation === life.incarnation && "pid" in life && life.pid !== null) return unchanged(life);
  const line = log("info", `adopted: '${spec.name}' with pid ${pid}`);
  if (life.state === "STARTING" && life.pid === null) {
    const settled = settle(spec, { ...life, incarnation }, pid, startedAt, line);
    // The timer: it may have been up long enough while no supervisor was looking.
    if (life.stopRequested === null) return andThen(settled, (up) => timer(spec, up, context));
    return carryOutStop(spec, life, settled, context);
  }
  // The keeper's word counts: it lives, whatever was stored. Listeners hear of it as of a start.
  const begun = beginStart({ ...life, incarnation: incarnation - 1 }, { ...context, now: startedAt });
  const news = begun.effects.filter((effect) => effect.type === "event" && effect.from !== "STARTING");
  const heard = { life: begun.life, effects: news };
  return andThen(heard, (launching) =>
    launching.state === "STARTING" && launching.pid === null
      ? andThen(settle(spec, launching, pid, startedAt, line), (up) => timer(spec, up, context))
      : unchanged(launching),
  );
}
