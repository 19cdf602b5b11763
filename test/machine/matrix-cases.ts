import type { Input } from "../../src/machine/input.ts";
import { historyOf, initialLife, type Exit, type Life } from "../../src/machine/life.ts";
import { exitedUnknown, exitedWith, killedBy } from "./support.ts";

export const NOW = 100_000;
const failed: Exit = { code: 1, signal: null, unknown: false };
const history = { ...historyOf(initialLife()), incarnation: 3, lastStartedAt: NOW - 500, backoff: 1 };
/** Up for half a second: less than startsecs, and too young to be restarted at once. */
const young = { ...history, pid: 7 };
/** Up for a second: long enough for both. */
const old = { ...young, lastStartedAt: NOW - 1000 };
const launching = {
  ...history,
  state: "STARTING",
  pid: null,
  stopRequested: null,
  killBy: null,
  deadline: null,
} as const;
const starting = { ...young, state: "STARTING", deadline: NOW + 500 } as const;
const exited = { ...history, state: "EXITED", expected: false, deadline: null, lastExit: failed, backoff: 0 } as const;

/** Every state, with its sub-cases. `Last`: the third of three retries is under way. */
export const lives = {
  never: initialLife(),
  stopped: { ...history, state: "STOPPED", reason: "operator", deadline: null, backoff: 0 },
  launching,
  launchingLast: { ...launching, backoff: 3 },
  launchingStop: { ...launching, stopRequested: "operator" },
  launchingShutdown: { ...launching, stopRequested: "shutdown" },
  launchingKicked: { ...launching, stopRequested: "operator", killBy: NOW + 2000 },
  starting,
  startingLast: { ...starting, backoff: 3 },
  startingOld: { ...starting, ...old, deadline: NOW },
  running: { ...young, state: "RUNNING", deadline: null, backoff: 0 },
  runningOld: { ...old, state: "RUNNING", deadline: null, backoff: 0 },
  backoff: { ...history, state: "BACKOFF", deadline: NOW + 1000 },
  stopping: { ...old, state: "STOPPING", reason: "operator", killed: false, deadline: NOW + 5000, backoff: 0 },
  exited,
  restarting: { ...exited, deadline: NOW + 500 },
  fatal: { ...history, state: "FATAL", tries: 4, cause: "gave-up", deadline: null, backoff: 0 },
  unknown: { ...young, state: "UNKNOWN", reason: null, deadline: null, backoff: 0 },
  unknownOld: { ...old, state: "UNKNOWN", reason: null, deadline: null, backoff: 0 },
  unknownStop: { ...old, state: "UNKNOWN", reason: "operator", deadline: null, backoff: 0 },
} as const satisfies Record<string, Life>;

/** Every input, with its sub-cases. The timers come a moment before the deadline, and at it. */
export const inputs = {
  start: { type: "start" },
  stop: { type: "stop" },
  shutdown: { type: "shutdown" },
  spawned: { type: "spawned", pid: 7 },
  spawnFailed: { type: "spawnFailed", message: "no" },
  exited0: { ...exitedWith(0), pid: 7 },
  exited1: { ...exitedWith(1), pid: 7 },
  killed: { ...killedBy("SIGKILL"), pid: 7 },
  exitedUnknown: { ...exitedUnknown, pid: 7 },
  unheard: { type: "exited", code: 1, signal: null, unknown: false, pid: 7, incarnation: 5 },
  timerEarly: { type: "timer" },
  timerDue: { type: "timer" },
  gone: { type: "signalRefused", errno: "ESRCH" },
  refused: { type: "signalRefused", errno: "EPERM" },
  invalid: { type: "signalRefused", errno: "EINVAL" },
  handGone: { type: "signalRefused", errno: "ESRCH", during: "signal" },
  handRefused: { type: "signalRefused", errno: "EPERM", during: "signal" },
  adopted: { type: "adopted", pid: 7, incarnation: 3, startedAt: NOW - 500 },
  adoptedLater: { type: "adopted", pid: 7, incarnation: 5, startedAt: NOW - 9000 },
  kick: { type: "kick", seconds: 1 },
} as const satisfies Record<string, Input>;

/** News about the incarnation before the present one. */
export const staleInputs = {
  spawned: { type: "spawned", pid: 6, incarnation: 2 },
  spawnFailed: { type: "spawnFailed", message: "no", incarnation: 2 },
  exited: { type: "exited", code: 1, signal: null, unknown: false, pid: 6, incarnation: 2 },
  refused: { type: "signalRefused", errno: "EPERM", incarnation: 2 },
  handRefused: { type: "signalRefused", errno: "EPERM", during: "signal", incarnation: 2 },
  adopted: { type: "adopted", pid: 6, incarnation: 2, startedAt: NOW - 9000 },
} as const satisfies Record<string, Input>;

export type LifeName = keyof typeof lives;
export type InputName = keyof typeof inputs;
