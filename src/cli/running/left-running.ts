import { isNotRunning, type ApiClient } from "../../client/api-client.ts";
import type { Member } from "../../protocol/api.ts";
import { safeText } from "../render/safe-text.ts";
import { isAlive, untilGone } from "./until-gone.ts";

/** Milliseconds. */
const LAST_MOMENTS = 300;

/** A process, and the program that it belongs to, as clients name it. */
export type ProgramMember = Member & { readonly namespec: string };

/** All processes that belong to programs. Where the daemon cannot tell: those that an earlier stop has left. */
export async function membersOf(client: ApiClient, signal?: AbortSignal): Promise<readonly ProgramMember[]> {
  try {
    return (await client.call("processes", {}, signal)).flatMap(({ namespec, members }) => named(namespec, members));
  } catch (error) {
    if (isNotRunning(error)) throw error;
    const { processes } = await client.call("status", {}, signal);
    return processes.flatMap(({ namespec, survivors }) => named(namespec, survivors));
  }
}

function named(namespec: string, members: readonly Member[]): ProgramMember[] {
  return members.map((one) => ({ ...one, namespec }));
}

/** Names on standard error those that outlive the daemon which has ended, and whose they are. */
export async function tellLeft(members: readonly ProgramMember[]): Promise<void> {
  // Many end by themselves when they notice that their parent has.
  await Promise.all(members.map((one) => untilGone(one.pid, LAST_MOMENTS)));
  const living = members.filter((one) => isAlive(one.pid));
  if (living.length === 0) return;
  const lines = living.map((one) => `  ${one.namespec}: ${one.pid} (${one.command})\n`).join("");
  process.stderr.write(
    safeText(
      `left running, by programs that are not stopped as a group (stopasgroup: true stops these too):\n${lines}`,
      process.stderr,
    ),
  );
}
