import type { InputName } from "./matrix-cases.ts";

/** One cell: the same in both moods, or a pair: while the daemon runs, and while it goes down. */
export type Outcome = string | readonly [string, string];
type Cells<Names extends InputName> = Record<Names, Outcome>;
type Ending = "exited0" | "exited1" | "killed" | "exitedUnknown";

/** A failed start waits to be retried; nothing is retried while the daemon goes down. */
export function retry(deadline: number, effects: string): Outcome {
  return [`BACKOFF@${deadline} ${effects}`, `BACKOFF ${effects}`];
}

/** Unexpected, after a second or more: restarted at once. */
export function again(effects: string): Outcome {
  return [`STARTING ${effects} STARTING(EXITED,0) spawn:4`, `EXITED ${effects}`];
}

/** Unexpected, half a second after its start: restarted in another half. */
export function againLater(effects: string): Outcome {
  return [`EXITED@500 ${effects}`, `EXITED ${effects}`];
}

export function begin(from: string, incarnation: number): Outcome {
  return [`STARTING STARTING(${from},0) spawn:${incarnation}`, "-"];
}

export function everyExit(outcome: (how: string) => Outcome): Cells<Ending> {
  return {
    exited0: outcome("0"),
    exited1: outcome("1"),
    killed: outcome("Kill"),
    exitedUnknown: outcome("Unknown"),
  };
}

/** Nothing runs: only the keeper can tell that something does after all, or did. */
export function dead(state: string, tries = 0): Cells<Exclude<InputName, "start" | "stop" | "shutdown" | "timerDue">> {
  return {
    spawned: "-",
    spawnFailed: "-",
    ...everyExit(() => "-"),
    unheard: retry((tries + 1) * 1000, `STARTING(${state},${tries}) adopted BACKOFF(STARTING,${tries + 1}) bad1`),
    timerEarly: "-",
    gone: "-",
    refused: "-",
    invalid: "-",
    handGone: "-",
    handRefused: "-",
    adopted: `STARTING@500 STARTING(${state},${tries}) adopted`,
    adoptedLater: `RUNNING STARTING(${state},${tries}) adopted RUNNING(STARTING) success`,
    kick: "-",
  };
}

/** Something runs under a pid: it can be stopped, and signalled by hand. `same`: the state as it is, with its deadline. */
export function alive(state: string, same: string): Cells<Exclude<InputName, Ending | "timerDue">> {
  return {
    start: "-",
    stop: `STOPPING@10000 killing STOPPING(${state}) signal:15`,
    shutdown: `STOPPING@10000 killing STOPPING(${state}) signal:15`,
    spawned: "-",
    spawnFailed: "-",
    unheard: retry(1000, `STARTING(${state},0) adopted BACKOFF(STARTING,1) bad1`),
    timerEarly: "-",
    gone: "-",
    refused: "-",
    invalid: "-",
    handGone: `${same} goneByHand`,
    handRefused: `UNKNOWN stuckByHand UNKNOWN(${state})`,
    adopted: "-",
    adoptedLater: `RUNNING STARTING(${state},0) adopted RUNNING(STARTING) success`,
    kick: "-",
  };
}

/** The spawn is not answered yet: nobody can be signalled. */
export const inFlight = {
  start: "-",
  timerEarly: "-",
  timerDue: "-",
  gone: "-",
  refused: "-",
  invalid: "-",
  handGone: "-",
  handRefused: "-",
  kick: "STARTING",
} as const satisfies Partial<Record<InputName, Outcome>>;

/** The spawn is in flight and a stop waits for it; SIGKILL comes `deadline` milliseconds after the answer. */
export function stopOnceSpawned(deadline: number): Cells<Exclude<InputName, keyof typeof inFlight>> {
  const stop = "killing STOPPING(STARTING)";
  return {
    stop: "-",
    shutdown: "-",
    spawned: `STOPPING@${deadline} spawned ${stop} signal:15`,
    spawnFailed: "STOPPED spawnerr BACKOFF(STARTING,2) inBackoff STOPPED(BACKOFF,pid0)",
    ...everyExit((how) => `STOPPED spawned ${stop} STOPPED(STOPPING) stopped${how}`),
    unheard: `STOPPED adopted ${stop} STOPPED(STOPPING) stopped1`,
    adopted: `STOPPING@${deadline} adopted ${stop} signal:15`,
    adoptedLater: `STOPPING@${deadline} adopted ${stop} signal:15`,
  };
}

/** A signal could not be sent. Nothing but the end of this process, or a later one, leads out. */
export const lost: Cells<Exclude<InputName, Ending>> = {
  ...alive("UNKNOWN", "UNKNOWN"),
  stop: "-",
  shutdown: "-",
  timerDue: "-",
  handGone: "-",
  handRefused: "-",
};
