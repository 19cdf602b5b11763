import type { InputName, LifeName } from "./matrix-cases.ts";
import {
  again,
  againLater,
  alive,
  begin,
  dead,
  everyExit,
  inFlight,
  lost,
  retry,
  stopOnceSpawned,
  type Outcome,
} from "./matrix-rows.ts";

/**
 * What every input does in every state, derived from Supervisor's rules: the state afterwards, `@` its deadline in
 * milliseconds after NOW, then the effects in order. `STARTING(BACKOFF,1)` is an event: from which state, then tries,
 * `expected` or a pid other than 7. `spawn:4` asks for incarnation 4, `signal:15` goes to the process. Other words are log
 * lines by the names in matrix-lines.ts. `-`: nothing at all. A pair: while the daemon runs, and while it goes down.
 *
 * The type makes a missing combination a compile error.
 */
export const OUTCOMES: Record<LifeName, Record<InputName, Outcome>> = {
  never: { ...dead("STOPPED"), start: begin("STOPPED", 1), stop: "STOPPED notRunning", shutdown: "-", timerDue: "-" },
  stopped: { ...dead("STOPPED"), start: begin("STOPPED", 4), stop: "STOPPED notRunning", shutdown: "-", timerDue: "-" },
  exited: { ...dead("EXITED"), start: begin("EXITED", 4), stop: "EXITED notRunning", shutdown: "-", timerDue: "-" },
  fatal: { ...dead("FATAL"), start: begin("FATAL", 4), stop: "FATAL notRunning", shutdown: "-", timerDue: "-" },
  restarting: {
    ...dead("EXITED"),
    start: begin("EXITED", 4),
    stop: "STOPPED notRunning STOPPED(EXITED,pid0)",
    shutdown: "EXITED",
    timerDue: ["STARTING STARTING(EXITED,0) spawn:4", "EXITED"],
  },
  backoff: {
    ...dead("BACKOFF", 1),
    start: "-",
    stop: "STOPPED inBackoff STOPPED(BACKOFF,pid0)",
    shutdown: "FATAL FATAL(BACKOFF)",
    timerDue: ["STARTING STARTING(BACKOFF,1) spawn:4", "BACKOFF"],
  },

  launching: {
    ...inFlight,
    stop: "STARTING",
    shutdown: "STARTING",
    spawned: "STARTING@1000 spawned",
    spawnFailed: retry(2000, "spawnerr BACKOFF(STARTING,2)"),
    ...everyExit((how) => retry(2000, `spawned BACKOFF(STARTING,2) bad${how}`)),
    unheard: retry(2000, "adopted BACKOFF(STARTING,2) bad1"),
    adopted: "STARTING@500 adopted",
    adoptedLater: "RUNNING adopted RUNNING(STARTING) success",
  },
  launchingLast: {
    ...inFlight,
    stop: "STARTING",
    shutdown: "STARTING",
    spawned: "STARTING@1000 spawned",
    spawnFailed: "FATAL spawnerr BACKOFF(STARTING,4) FATAL(BACKOFF) gaveUp",
    ...everyExit((how) => `FATAL spawned BACKOFF(STARTING,4) bad${how} FATAL(BACKOFF) gaveUp`),
    unheard: "FATAL adopted BACKOFF(STARTING,4) bad1 FATAL(BACKOFF) gaveUp",
    adopted: "STARTING@500 adopted",
    adoptedLater: "RUNNING adopted RUNNING(STARTING) success",
  },
  launchingStop: { ...inFlight, ...stopOnceSpawned(10_000) },
  launchingKicked: { ...inFlight, ...stopOnceSpawned(2000) },
  launchingShutdown: {
    ...inFlight,
    ...stopOnceSpawned(10_000),
    // Now an operator wants it down, too.
    stop: "STARTING",
    spawnFailed: "FATAL spawnerr BACKOFF(STARTING,2) FATAL(BACKOFF)",
  },

  starting: {
    ...alive("STARTING", "STARTING@500"),
    ...everyExit((how) => retry(2000, `BACKOFF(STARTING,2) bad${how}`)),
    unheard: retry(2000, "adopted BACKOFF(STARTING,2) bad1"),
    adoptedLater: "RUNNING adopted RUNNING(STARTING) success",
    timerDue: "RUNNING RUNNING(STARTING) success",
  },
  startingLast: {
    ...alive("STARTING", "STARTING@500"),
    ...everyExit((how) => `FATAL BACKOFF(STARTING,4) bad${how} FATAL(BACKOFF) gaveUp`),
    unheard: "FATAL adopted BACKOFF(STARTING,4) bad1 FATAL(BACKOFF) gaveUp",
    adoptedLater: "RUNNING adopted RUNNING(STARTING) success",
    timerDue: "RUNNING RUNNING(STARTING) success",
  },
  // Its promotion is overdue: whatever ends now was RUNNING, without the line that says so.
  startingOld: {
    ...alive("STARTING", "STARTING@0"),
    ...everyExit((how) => again(`RUNNING(STARTING) EXITED(RUNNING,0) bad${how}`)),
    exited0: "EXITED RUNNING(STARTING) EXITED(RUNNING,1) good0",
    unheard: retry(2000, "adopted BACKOFF(STARTING,2) bad1"),
    adoptedLater: "RUNNING adopted RUNNING(STARTING) success",
    timerDue: "RUNNING RUNNING(STARTING) success",
  },
  running: {
    ...alive("RUNNING", "RUNNING"),
    ...everyExit((how) => againLater(`EXITED(RUNNING,0) bad${how}`)),
    exited0: "EXITED EXITED(RUNNING,1) good0",
    timerDue: "-",
  },
  runningOld: {
    ...alive("RUNNING", "RUNNING"),
    ...everyExit((how) => again(`EXITED(RUNNING,0) bad${how}`)),
    exited0: "EXITED EXITED(RUNNING,1) good0",
    timerDue: "-",
  },
  stopping: {
    ...alive("STOPPING", "STOPPING@5000"),
    stop: "-",
    shutdown: "-",
    ...everyExit((how) => `STOPPED STOPPED(STOPPING) stopped${how}`),
    timerDue: "STOPPING@15000 escalating killingHard signal:9",
    gone: "STOPPING@5000 gone",
    refused: "UNKNOWN stuck UNKNOWN(STOPPING)",
    invalid: "UNKNOWN stuckInvalid UNKNOWN(STOPPING)",
    kick: "STOPPING@1000",
  },
  unknown: {
    ...lost,
    ...everyExit((how) => againLater(`EXITED(UNKNOWN,0) bad${how}`)),
    exited0: "EXITED EXITED(UNKNOWN,1) good0",
  },
  unknownOld: {
    ...lost,
    ...everyExit((how) => again(`EXITED(UNKNOWN,0) bad${how}`)),
    exited0: "EXITED EXITED(UNKNOWN,1) good0",
  },
  unknownStop: { ...lost, ...everyExit((how) => `STOPPED STOPPED(UNKNOWN) stopped${how}`) },
};
