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
  return spawn(file, args, {
    stdio: ["ignore", print, print, "pipe", "ipc"],
    env: { ...process.env, SUP_KEEPER_RESTARTS: String(restarts), SUP_KEEPER_PID: String(process.pid) },
  });
}

/** Ends one that nobody serves, and resolves when it is gone. For whoever is still the user that started it: nobody else may. */
export async function dropSupervisor(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  await gone;
}
