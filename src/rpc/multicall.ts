import { setImmediate } from "node:timers/promises";
import { FAULTS, Fault } from "../protocol/faults.ts";
import { Utf8Text } from "../protocol/utf8-text.ts";
import { isArray, isStruct, type Decoded, type Encodable } from "../protocol/xml-rpc-value.ts";
import type { Dispatch } from "./dispatch-type.ts";
import { MAX_READ } from "./log-methods.ts";

/** Calls in one request; each may wait for processes, so a request must not be a programme of its own. */
const MAX_CALLS = 1000;

/**
 * Runs calls strictly one after another; one that waits holds up the rest. A result stands bare in the answer, although the
 * usual convention wraps each in an array: clients have adapted to that. A fault is a struct in its place.
 *
 * @throws Fault INCORRECT_PARAMETERS if the argument is not an array of structs, or has more than 1000 of them.
 */
export async function multicall(params: readonly Decoded[], dispatch: Dispatch): Promise<Encodable> {
  const [calls] = params;
  if (params.length !== 1 || calls === undefined || !isArray(calls) || !calls.every(isStruct)) {
    throw new Fault("INCORRECT_PARAMETERS");
  }
  if (calls.length > MAX_CALLS) throw new Fault("INCORRECT_PARAMETERS", `more than ${MAX_CALLS} calls`);
  const results: Encodable[] = [];
  let room = MAX_READ;
  let since = performance.now();
  for (const call of calls) {
    if (performance.now() - since > TURN) {
      await setImmediate();
      since = performance.now();
    }
    const result = await one(call, dispatch);
    const size = longTextIn(result);
    // What one call may not read, a thousand in one request may not either.
    results.push(size > room ? TOO_MUCH : result);
    if (size <= room) room -= size;
  }
  return results;
}

/** Milliseconds after which other clients have their turn. */
const TURN = 5;

const TOO_MUCH = fault(FAULTS.FAILED, `FAILED: more than ${MAX_READ} bytes of logs in one answer`);

/** Bytes: of what reads a log, and of what tails one. */
function longTextIn(result: Encodable): number {
  if (result instanceof Utf8Text) return result.size;
  const [first] = Array.isArray(result) ? (result as readonly Encodable[]) : [];
  return first instanceof Utf8Text ? first.size : 0;
}

async function one(call: ReadonlyMap<string, Decoded>, dispatch: Dispatch): Promise<Encodable> {
  try {
    const name = call.get("methodName");
    if (name === undefined || name === null) throw new Fault("INCORRECT_PARAMETERS", "No methodName");
    if (name === "system.multicall") {
      throw new Fault("INCORRECT_PARAMETERS", "Recursive system.multicall forbidden");
    }
    const given = call.get("params");
    // An empty list is an empty text to languages that do not tell them apart.
    const params = given === undefined || given === "" ? [] : given;
    if (!isArray(params)) throw new Fault("INCORRECT_PARAMETERS");
    return await dispatch(typeof name === "string" ? name : "", params);
  } catch (error) {
    if (error instanceof Fault) return fault(error.code, error.faultString);
    return fault(FAULTS.FAILED, `FAILED: ${(error as Error).message}`);
  }
}

function fault(faultCode: number, faultString: string): Encodable {
  return { faultCode, faultString };
}
