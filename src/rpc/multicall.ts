import { FAULTS, Fault } from "../protocol/faults.ts";
import { isArray, isStruct, type Decoded, type Encodable } from "../protocol/xml-rpc-value.ts";
import type { Dispatch } from "./dispatch-type.ts";

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
  for (const call of calls) results.push(await one(call, dispatch));
  return results;
}

async function one(call: ReadonlyMap<string, Decoded>, dispatch: Dispatch): Promise<Encodable> {
  try {
    const name = call.get("methodName");
    if (name === undefined || name === "") throw new Fault("INCORRECT_PARAMETERS", "No methodName");
    if (name === "system.multicall") {
      throw new Fault("INCORRECT_PARAMETERS", "Recursive system.multicall forbidden");
    }
    const params = call.get("params") ?? [];
    if (!isArray(params)) throw new Fault("INCORRECT_PARAMETERS");
    return await dispatch(typeof name === "string" ? name : "", params);
  } catch (error) {
    if (error instanceof Fault) return { faultCode: error.code, faultString: error.faultString };
    return { faultCode: FAULTS.FAILED, faultString: `FAILED: ${(error as Error).message}` };
  }
}
