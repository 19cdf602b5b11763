import * as fs from "node:fs";
import { join } from "node:path";
import type { ExitEvent, KeptEvent } from "../protocol/keeper.ts";
import { errnoOf } from "./errno.ts";
import { UNKNOWN_EXIT } from "./exit-status.ts";
import type { ProgramHost } from "./program-host.ts";
import { readStat } from "./proc.ts";
import type { FifoPaths, ProgramRecord } from "./registry.ts";

/**
 * Takes over the programs of an earlier keeper. The living go on as they were, with their output; those that died while
 * nobody was their parent get one exit event that says so. Exits that were recorded but never acknowledged are told again
 * under their old number.
 */
export function adoptPrograms(
  keeper: ProgramHost,
  records: readonly ProgramRecord[],
  boot: string,
  fifoFolder: string,
): void {
  const inUse = new Set<string>();
  const ended = records.flatMap((record) => (record.ended === null ? [] : [record.ended]));
  for (const { seq, ...event } of ended.toSorted((a, b) => a.seq - b.seq)) {
    if (seq > keeper.journal.acknowledged) keeper.journal.add(event, seq);
  }
  for (const record of records) {
    const program = keeper.program(record.key, record);
    program.incarnation = record.incarnation;
    program.startedAt = record.startedAt;
    if (record.boot !== boot) {
      // The machine was restarted: nothing of it lives, and its FIFOs hold nothing.
      if (record.ended === null) tellLost(keeper, record);
      continue;
    }
    if (takeOver(keeper, record)) for (const path of paths(record.fifos)) inUse.add(path);
  }
  for (const name of fs.readdirSync(fifoFolder)) {
    const path = join(fifoFolder, name);
    if (!inUse.has(path)) fs.rmSync(path, { force: true });
  }
}

/** True if the program's FIFOs are in use from now on. */
function takeOver(keeper: ProgramHost, record: ProgramRecord): boolean {
  const program = keeper.program(record.key, record);
  const stat = readStat(record.pid);
  const alive = record.ended === null && stat !== null && stat.startTime === record.startTime && !stat.exiting;
  let run;
  try {
    run = program.prepare(record.fifos, record.logs, record.incarnation, record.startedAt);
  } catch (error) {
    process.stderr.write(`keeper: cannot take over the output of ${record.key}: ${errnoOf(error)}\n`);
    if (!alive && record.ended === null) tellLost(keeper, record);
    return alive;
  }
  program.begin(run, record.incarnation, record.logs, record.stop);
  if (alive) run.adopt(record.pid, record.startTime);
  else {
    // Its children may still write; what it wrote itself while nobody listened is in their hands only.
    run.catchUp();
    if (record.ended === null) tellLost(keeper, record);
  }
  return true;
}

function tellLost(keeper: ProgramHost, record: ProgramRecord): KeptEvent {
  const event: ExitEvent = {
    type: "exit",
    key: record.key,
    incarnation: record.incarnation,
    pid: record.pid,
    ...UNKNOWN_EXIT,
    at: Date.now(),
  };
  return keeper.journal.add(event);
}

function paths(fifos: FifoPaths): string[] {
  return [fifos.stdin, fifos.stdout, fifos.life, ...(fifos.stderr === null ? [] : [fifos.stderr])];
}
