/**
 * What a process may be told to be: Supervisor's eight states and "removed", with what calls do to them, as the answer of a call
 * that many make at once must show it. It says nothing of how the daemon does it, and knows no time: only what may follow what.
 *
 * A state is its name and flags: `K` a deadly signal is on its way, `S` a stop was asked for before the program was
 * spawned, `F` a run of this start has ended too early.
 */

import type { Step } from "./linearizable.ts";

export type Kind = "steady" | "slow" | "brief" | "failing";

type Flag = "K" | "S" | "F";

/** What happens to a process of this kind by itself. */
export function ownSteps(state: string, kind: Kind): readonly string[] {
  switch (nameOf(state)) {
    case "STARTING": {
      if (has(state, "S")) return [to(state, "STOPPING"), to(state, "STOPPED")];
      const dies = kind === "failing" || (has(state, "K") && kind === "slow");
      return [...(kind === "failing" ? [] : [to(state, "RUNNING")]), ...(dies ? [add(to(state, "BACKOFF"), "F")] : [])];
    }
    case "BACKOFF":
      return [without(to(state, "STARTING"), "K"), without(to(state, "FATAL"), "K")];
    case "RUNNING":
      return kind === "brief" || has(state, "K") ? [without(to(state, "EXITED"), "K")] : [];
    case "STOPPING":
      return [without(to(state, "STOPPED"), "K")];
    default:
      return [];
  }
}

/** What must have happened, in this order, for `method` to be answered so. No step: it can never be answered so. */
export function answerSteps(method: string, answer: string): readonly Step[] {
  const impossible = look(() => false);
  switch (`${method} ${answer}`) {
    case "start true":
      return [begun, only(["RUNNING"])];
    case "start ABNORMAL_TERMINATION":
      return [begunOrStopping, not(["RUNNING", "STARTING"])];
    case "start SPAWN_ERROR":
      return [begun, look((state) => has(state, "F") && nameOf(state) !== "RUNNING")];
    case "startNoWait true":
      // Nothing starts out of STOPPING; without waiting nobody learns that.
      return [begunOrStopping];
    case "start ALREADY_STARTED":
    case "startNoWait ALREADY_STARTED":
      return [only(RUNNING)];
    case "stop true":
      return [stopping, only(DOWN)];
    case "stopNoWait true":
      return [stopping];
    case "stop NOT_RUNNING":
    case "stopNoWait NOT_RUNNING":
      return [only([...DOWN, "STOPPING"])];
    case "signal true":
      return [only(SIGNALLABLE)];
    case "kill true":
      return [change((state) => (SIGNALLABLE.includes(nameOf(state)) ? [add(state, "K"), state] : []))];
    case "signal NOT_RUNNING":
    case "kill NOT_RUNNING":
      return [not([...SIGNALLABLE, "REMOVED"])];
    case "remove true":
      return [change((state) => (DOWN.includes(nameOf(state)) ? ["REMOVED"] : []))];
    case "remove STILL_RUNNING":
      return [not([...DOWN, "REMOVED"])];
    case "add true":
      return [change((state) => (state === "REMOVED" ? ["STOPPED"] : []))];
    case "add ALREADY_ADDED":
      return [not(["REMOVED"])];
    case "update true":
      return [change((state) => [state === "REMOVED" ? "STOPPED" : state])];
    case "restart true":
      return [stoppingIfUp, only(DOWN), begunIfDown, only(["RUNNING", "EXITED"])];
    case "restart SPAWN_ERROR":
      return [stoppingIfUp, only(DOWN), begunIfDown, look((state) => has(state, "F"))];
    case "restart was stopped meanwhile":
      return [stoppingIfUp, only(DOWN)];
    case "restart the config no longer has it":
      return [stoppingIfUp, only(["REMOVED"])];
    default:
      if (answer === "BAD_NAME") return method === "add" ? [impossible] : [only(["REMOVED"])];
      if (method === "info") return [only([answer])];
      // `is STOPPED`: somebody else stopped it before it ran.
      if (method === "restart" && answer.startsWith("is "))
        return [stoppingIfUp, only(DOWN), begunIfDown, only([answer.slice(3)])];
      return [impossible];
  }
}

const DOWN = ["STOPPED", "EXITED", "FATAL"];
const RUNNING = ["STARTING", "RUNNING", "BACKOFF"];
const SIGNALLABLE = ["STARTING", "RUNNING", "STOPPING"];

const begin = (state: string): readonly string[] => (DOWN.includes(nameOf(state)) ? ["STARTING"] : []);
const begun = change(begin);
const begunOrStopping = change((state) => (nameOf(state) === "STOPPING" ? [state] : begin(state)));
/** `restart` finds it running if somebody else was faster. */
const begunIfDown = change((state) => (["STARTING", "RUNNING"].includes(nameOf(state)) ? [state] : begin(state)));

const stop = (state: string): readonly string[] => {
  switch (nameOf(state)) {
    case "STARTING":
      return has(state, "S") ? [state] : [to(state, "STOPPING"), add(state, "S")];
    case "RUNNING":
      return [to(state, "STOPPING")];
    case "BACKOFF":
      return [to(state, "STOPPED")];
    default:
      return [];
  }
};
const stopping = change(stop);
const stoppingIfUp = change((state) => (RUNNING.includes(nameOf(state)) ? stop(state) : [state]));

function change(to: (state: string) => readonly string[]): Step {
  return { kind: "change", to };
}

function look(holds: (state: string) => boolean): Step {
  return { kind: "look", holds };
}

function only(names: readonly string[]): Step {
  return look((state) => names.includes(nameOf(state)));
}

function not(names: readonly string[]): Step {
  return look((state) => !names.includes(nameOf(state)));
}

function nameOf(state: string): string {
  return state.split("/")[0] ?? "";
}

function has(state: string, flag: Flag): boolean {
  return (state.split("/")[1] ?? "").includes(flag);
}

/** Another name, the same flags, but for a stop that is no longer to come. */
function to(state: string, name: string): string {
  return without(`${name}/${state.split("/")[1] ?? ""}`, "S");
}

function add(state: string, flag: Flag): string {
  if (has(state, flag)) return state;
  return `${nameOf(state)}/${[...(state.split("/")[1] ?? ""), flag].toSorted().join("")}`;
}

function without(state: string, flag: Flag): string {
  const flags = (state.split("/")[1] ?? "").replace(flag, "");
  return flags === "" ? nameOf(state) : `${nameOf(state)}/${flags}`;
}
