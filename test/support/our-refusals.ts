import { CONTRACT } from "../../src/protocol/contract.ts";
import { INTEGER } from "../../src/protocol/xml-rpc-scalar.ts";
import type { Encodable } from "../../src/protocol/xml-rpc-value.ts";
import type { EvenAnswer } from "./even-answer.ts";
import type { Call } from "./random-calls.ts";

/*
 * Where Supervisor answers with an internal error, or is not of one mind about wrong types (an internal error, fault 2, or a
 * search for a process called `False`), our answer is another one on purpose: INCORRECT_PARAMETERS, or the text that it
 * cannot encode.
 */

const REFUSED = { fault: 2, text: "INCORRECT_PARAMETERS" };

/** What we have to answer, given what Supervisor answered, and what we did. */
export function expectedOfUs([method, params]: Call, theirs: EvenAnswer, ours: EvenAnswer): EvenAnswer {
  // A type that Supervisor stumbles over, or bytes that it cannot turn into text: we have an answer, and no other rule.
  if (theirs.status === 500) return { status: 200, said: ours.said };
  if (method !== "system.multicall") {
    return isMistyped(method, params) && isFault(theirs.said) ? { status: 200, said: REFUSED } : theirs;
  }
  const calls = params[0] as readonly { readonly methodName?: string; readonly params?: readonly Encodable[] }[];
  const { value } = theirs.said as { value: readonly unknown[] };
  const own = (ours.said as { value?: readonly unknown[] }).value ?? [];
  const replaced = value.map((item, index) => {
    const { methodName = "", params: args = [] } = calls[index] ?? {};
    if (isInternalError(item)) return own[index];
    return isMistyped(methodName, args) && isFault(item)
      ? { faultCode: REFUSED.fault, faultString: REFUSED.text }
      : item;
  });
  return { status: theirs.status, said: { value: replaced } };
}

/**
 * Whether a start of `flaky`, which ends at once, is told of as a success when nobody waits for it: that is a matter of chance
 * with Supervisor, which looks once after spawning whether it is dead already.
 */
export function withoutChance([method, params]: Call, answer: EvenAnswer): EvenAnswer {
  if (!method.startsWith("supervisor.start")) return answer;
  const wait = method === "supervisor.startAllProcesses" ? params[0] : params[1];
  if (wait !== false && wait !== 0 && wait !== "") return answer;
  const text = JSON.stringify(answer.said);
  if (text === '{"fault":50,"text":"SPAWN_ERROR: flaky"}') return { ...answer, said: { value: true } };
  const even = text.replace(/(flaky[^}]*status\\":)50(,\\"description\\":\\")SPAWN_ERROR: flaky/, "$180$2OK");
  return { ...answer, said: JSON.parse(even) as unknown };
}

function isFault(said: unknown): boolean {
  return typeof said === "object" && said !== null && ("fault" in said || "faultCode" in said);
}

/** Inside a multicall an exception is told as a fault of its own kind. */
function isInternalError(said: unknown): boolean {
  return (
    typeof said === "object" &&
    said !== null &&
    "faultString" in said &&
    String(said.faultString).startsWith("FAILED: <class")
  );
}

function isMistyped(method: string, params: readonly Encodable[]): boolean {
  const kinds = CONTRACT.get(method)?.params ?? [];
  return kinds.some(({ kind }, index) => {
    const param = params[index];
    if (param === undefined) return false;
    if (kind === "text") return typeof param !== "string";
    if (kind === "integer" && typeof param === "string") return !INTEGER.test(param);
    return (kind === "integer" || kind === "signal") && typeof param === "object";
  });
}
