import { namespec } from "../model/model.ts";
import { FAULTS, Fault } from "../protocol/faults.ts";
import type { ProcessStatus } from "../protocol/process-info.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";

/**
 * An action under way: what is decided already (`true` or a fault), or the promise of it. A bulk answer lists the decided ones
 * first, so the difference is visible to callers.
 */
export type Begun = true | Fault | Promise<true | Fault>;

/**
 * Begins an action for each process, one after the other, and only then waits. The answer has first what was decided at once,
 * in the given order, then the rest in the order in which they finish. A refusal is an entry of it, never a fault.
 */
export async function bulkCall(
  processes: readonly ManagedProcess[],
  begin: (process: ManagedProcess, name: string) => Begun,
): Promise<readonly ProcessStatus[]> {
  const results: ProcessStatus[] = [];
  const waiting: Promise<void>[] = [];
  for (const process of processes) {
    const begun = begin(process, namespec(process.spec));
    const note = (result: true | Fault): void => void results.push(statusOf(process, result));
    if (begun instanceof Promise) waiting.push(begun.then(note));
    else note(begun);
  }
  await Promise.all(waiting);
  return results;
}

/** The answer for a single process. @throws Fault if that is what came of it. */
export async function singleCall(begun: Begun): Promise<true> {
  const result = await begun;
  if (result instanceof Fault) throw result;
  return result;
}

function statusOf(process: ManagedProcess, result: true | Fault): ProcessStatus {
  const { name, group } = process.spec;
  return result === true
    ? { name, group, status: FAULTS.SUCCESS, description: "OK" }
    : { name, group, status: result.code, description: result.faultString };
}
