import { isNotRunning, type ApiClient } from "../../client/api-client.ts";
import type { Member } from "../../protocol/api.ts";
import { safeText } from "../render/safe-text.ts";
import { isAlive, untilGone } from "./until-gone.ts";

/** Milliseconds. */
const LAST_MOMENTS = 300;

/** All processes that belong to programs. Where the daemon cannot tell: those that an earlier stop has left. */
export async function membersOf(client: ApiClient, signal?: AbortSignal): Promise<readonly Member[]> {
  try {
    return (await client.call("processes", {}, signal)).flatMap(({ members }) => members);
  } catch (error) {
    if (isNotRunning(error)) throw error;
    return (await client.call("status", {}, signal)).processes.flatMap(({ survivors }) => survivors);
  }
}

/** Names on standard error those that outlive the daemon which has ended. */
export async function tellLeft(members: readonly Member[]): Promise<void> {
  // Many end by themselves when they notice that their parent has.
  await Promise.all(members.map((one) => untilGone(one.pid, LAST_MOMENTS)));
  const living = members.filter((one) => isAlive(one.pid));
  if (living.length === 0) return;
  const named = living.map((one) => `${one.pid} (${one.command})`).join(", ");
  process.stderr.write(
    safeText(`left running, by programs that are not stopped as a group: ${named}\n`, process.stderr),
  );
}
