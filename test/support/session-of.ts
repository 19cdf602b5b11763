import { isLiving, livingPids, readStat } from "../../src/keeper/kernel/proc.ts";

/** Pids of a session that are alive (zombies do not count), its leader included. */
export function sessionOf(session: number): number[] {
  return livingPids().filter((pid) => {
    const stat = readStat(pid);
    return stat?.session === session && isLiving(stat);
  });
}
