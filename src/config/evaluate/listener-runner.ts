import { dirname, join } from "node:path";
import type { World } from "../../model/world.ts";

/**
 * The protocol moves to descriptors 3 (answers) and 4 (events) before Node starts, so that nothing can break it: whatever
 * prints, the handler's console or a program that it starts, prints to stderr, and nothing else reads the events.
 */
const MOVE_STDIO = 'exec "$0" "$@" 4<&0 3>&1 </dev/null >&2';

/** How the listeners of a config in code are run. `build`: another one for other code, so that an edit restarts them. */
export function listenerRunner(
  file: string,
  context: { readonly evaluator: string; readonly mode: string },
  build: string,
  uid: number | null,
): NonNullable<World["listeners"]> {
  const program = join(dirname(context.evaluator), "listener.cjs");
  const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "--stack-trace-limit=50"];
  const options = ["--config", file, "--mode", context.mode, "--build", build];
  return { command: ["/bin/sh", "-c", MOVE_STDIO, process.execPath, ...flags, program, ...options], uid };
}
