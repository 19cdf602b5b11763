import type { ProcessSpec } from "../model/model.ts";
import type { KeeperSnapshot } from "../protocol/keeper.ts";
import { makeAutoLogs } from "./launch.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { Supervisor } from "./supervisor.ts";

/** After `begin`: starts what has autostart, or what is chosen instead. */
export function startChosen(supervisor: Supervisor, only: Choice): void {
  start(supervisor, supervisor.processes(), only);
  void supervisor.dropInherited();
}

/** After `restore`: does what `startChosen` had not come to when the supervisor before us died in the middle of it. */
export function startRest(supervisor: Supervisor, { saved }: KeeperSnapshot, only: Choice): void {
  const rest = supervisor.processes().filter(({ key, life }) => saved[key] === undefined && life.incarnation === 0);
  for (const process of rest) process.startAgain = null;
  start(supervisor, rest, only);
}

/** `null`: what has autostart. */
type Choice = ((spec: ProcessSpec) => boolean) | null;

function start(supervisor: Supervisor, processes: readonly ManagedProcess[], only: Choice): void {
  for (const process of processes) {
    if (only === null ? process.spec.autostart : only(process.spec)) supervisor.requestStart(process);
  }
  // Who starts has them by now, and the keeper had something to do meanwhile.
  for (const process of supervisor.processes()) makeAutoLogs(process.spec, supervisor.context);
}
