import { spawn, type ChildProcess } from "node:child_process";

/**
 * Starts a supervisor's process: a socket as fd 3, a channel for descriptors as fd 4. Until somebody serves it there it does
 * nothing that shows, so it may be started before it is known whether it is wanted.
 *
 * @param restarts supervisors of this keeper before it.
 * @param print what it prints goes where our own output goes, or is read by us.
 */
export function spawnSupervisor(
  [file = "", ...args]: readonly string[],
  restarts: number,
  print: "inherit" | "pipe",
): ChildProcess {
  const own = { SUP_KEEPER_RESTARTS: String(restarts), SUP_KEEPER_PID: String(process.pid) };
  return spawn(file, args, {
    stdio: ["ignore", print, print, "pipe", "ipc"],
    env: { ...process.env, ...own, ...(process.env["MALLOC_TRIM_THRESHOLD_"] === undefined ? THRIFT : {}) },
  });
}

/**
 * What glibc has free at the end of its heap goes back to the system when it is this much. That is its default, too, but left to
 * itself it takes more to be worth keeping with each large piece that is freed: 4 MB after a start of a thousand programs. The
 * second says that the first is ours, and not for programs: see `withoutOwnVariables`.
 */
const THRIFT = { MALLOC_TRIM_THRESHOLD_: String(128 * 1024), SUP_KEEPER_THRIFT: "1" };

/** Ends one that nobody serves, and resolves when it is gone. For whoever is still the user that started it: nobody else may. */
export async function dropSupervisor(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  await gone;
}
