import type { Input } from "../../src/machine/input.ts";
import { historyOf, initialLife, type Exit, type Life } from "../../src/machine/life.ts";
import { exitedUnknown, exitedWith, killedBy } from "./support.ts";

export const NOW = 100_000;
const history = { ...historyOf(initialLife()), incarnation: 3, lastStartedAt: NOW - 500, backoff: 1 };
const failed: Exit = { code: 1, signal: null, unknown: false };

/** Every state, with its sub-cases. Deadlines are due now; `timerEarly` asks a moment before. */
export const lives = {
  stopped: initialLife(),
  launching: { ...history, state: "STARTING", pid: null, stopRequested: null, deadline: null },
  launchingStop: { ...history, state: "STARTING", pid: null, stopRequested: "operator", deadline: null },
  launchingShutdown: { ...history, state: "STARTING", pid: null, stopRequested: "shutdown", deadline: null },
  starting: { ...history, state: "STARTING", pid: 7, deadline: NOW },
  running: { ...history, state: "RUNNING", pid: 7, deadline: null, backoff: 0 },
  backoff: { ...history, state: "BACKOFF", deadline: NOW },
  stopping: { ...history, state: "STOPPING", pid: 7, reason: "operator", deadline: NOW },
  exited: { ...history, state: "EXITED", expected: false, deadline: null, lastExit: failed },
  fatal: { ...history, state: "FATAL", tries: 4, cause: "gave-up", deadline: null },
  unknown: { ...history, state: "UNKNOWN", pid: 7, reason: null, deadline: null },
  unknownStop: { ...history, state: "UNKNOWN", pid: 7, reason: "operator", deadline: null },
} as const satisfies Record<string, Life>;

export const inputs = {
  start: { type: "start" },
  stop: { type: "stop" },
  shutdown: { type: "shutdown" },
  spawned: { type: "spawned", pid: 7 },
  spawnFailed: { type: "spawnFailed", message: "no" },
  exited0: exitedWith(0),
  exited1: exitedWith(1),
  killed: killedBy("SIGKILL"),
  exitedUnknown,
  timerEarly: { type: "timer" },
  timerDue: { type: "timer" },
  gone: { type: "signalRefused", errno: "ESRCH" },
  refused: { type: "signalRefused", errno: "EPERM" },
  invalid: { type: "signalRefused", errno: "EINVAL" },
  handRefused: { type: "signalRefused", errno: "EPERM", during: "signal" },
  adopted: { type: "adopted", pid: 7, incarnation: 3, startedAt: NOW - 500 },
  kick: { type: "kick", seconds: -1 },
} as const satisfies Record<string, Input>;

export type LifeName = keyof typeof lives;
export type InputName = keyof typeof inputs;
