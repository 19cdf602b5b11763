import { namespec } from "../../model/model.ts";
import { FAULTS } from "../../protocol/faults.ts";
import { parseNamespec } from "../../protocol/namespec.ts";
import type { ProcessStatus } from "../../protocol/process-info.ts";
import { UnknownResult } from "../error-line.ts";
import { RpcFault } from "../rpc-client.ts";
import type { Session } from "../session.ts";

/** How one action words its results. */
export interface Wording {
  /** Such as `started`. */
  readonly done: string;
  /** Words for fault codes; `null` prints the fault string alone. */
  readonly faults: ReadonlyMap<number, string | null>;
  /** A fault that does not count as a problem. */
  readonly ignored: number | null;
  /** Status for a group that does not exist. */
  readonly unknownGroup: number;
}

/**
 * Prints the result for one process and fails accordingly.
 *
 * @throws UnknownResult if the action has no words for the code.
 */
export function report(session: Session, wording: Wording, result: ProcessStatus): void {
  const shown = namespec(result);
  if (result.status === FAULTS.SUCCESS) return session.say(`${shown}: ${wording.done}`);
  const words = wording.faults.get(result.status);
  if (words === undefined) throw new UnknownResult(`Unknown result code ${result.status} for ${shown}`);
  session.say(words === null ? result.description : `${shown}: ERROR (${words})`);
  if (result.status !== wording.ignored) session.fail(NOT_RUNNING_FAULTS.has(result.status) ? 7 : 1);
}

const NOT_RUNNING_FAULTS: ReadonlySet<number> = new Set([
  FAULTS.SPAWN_ERROR,
  FAULTS.ABNORMAL_TERMINATION,
  FAULTS.NOT_RUNNING,
]);

/** The calls behind an action that takes names, groups and `all`. */
export interface Calls {
  all(): Promise<readonly ProcessStatus[]>;
  group(name: string): Promise<readonly ProcessStatus[]>;
  process(name: string): Promise<unknown>;
}

/** Does the same to each of the names, one after the other. `all` anywhere means everything. */
export async function forEachName(
  session: Session,
  names: readonly string[],
  wording: Wording,
  calls: Calls,
): Promise<void> {
  if (names.includes("all")) {
    for (const result of await calls.all()) report(session, wording, result);
    return;
  }
  for (const name of names) {
    const { group, process } = parseNamespec(name);
    if (process === null) await reportGroup(session, wording, group, calls);
    else report(session, wording, await resultOf(group, process, () => calls.process(name)));
  }
}

async function reportGroup(session: Session, wording: Wording, group: string, calls: Calls): Promise<void> {
  let results: readonly ProcessStatus[];
  try {
    results = await calls.group(group);
  } catch (error) {
    if (!(error instanceof RpcFault && error.code === FAULTS.BAD_NAME)) throw error;
    session.say(`${group}: ERROR (no such group)`);
    session.fail(wording.unknownGroup);
    return;
  }
  for (const result of results) report(session, wording, result);
}

/** The outcome of a call for one process, faults included, in the shape that bulk calls answer. */
export async function resultOf(group: string, name: string, call: () => Promise<unknown>): Promise<ProcessStatus> {
  try {
    await call();
    return { name, group, status: FAULTS.SUCCESS, description: "OK" };
  } catch (error) {
    if (!(error instanceof RpcFault)) throw error;
    return { name, group, status: error.code, description: error.faultString };
  }
}
