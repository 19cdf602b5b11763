import type { ManagedProcess } from "./managed-process.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Whether everything that is meant to run does, and is ready: what an orchestrator asks before it sends traffic. Finished as
 * expected counts, never asked for counts; on its way, failed, or stopped by somebody does not.
 */
export function allReady(supervisor: Supervisor): boolean {
  return supervisor.mood === "running" && supervisor.processes().every(isDone);
}

function isDone(process: ManagedProcess): boolean {
  const { life } = process;
  if (process.ready) return true;
  if (life.state === "EXITED") return life.expected && life.deadline === null;
  return life.state === "STOPPED" && life.reason === null && !process.wanted;
}
