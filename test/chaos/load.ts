import { join } from "node:path";
import { programs } from "../support/project.ts";
import { addAccounts, auditLines, type LineAccount } from "./line-ledger.ts";
import { auditDeaths, readLines, type DeathAccount } from "./death-ledger.ts";
import type { World } from "./world.ts";

/** The load that most tests run under: writers that never end by themselves, loopers that end all the time. */
export interface Load {
  readonly writers: readonly string[];
  readonly loopers: readonly string[];
  /** Pids killed from outside, with the end that must be told. */
  readonly killed: Map<number, string>;
}

export function writer(world: World, name: string, pauseUs: number, size = 100): object {
  return { command: `perl ${programs}/writer.pl ${name} ${world.truth} ${pauseUs} ${size}`, startsecs: 0 };
}

export function looper(world: World, name: string, seed: number, least = 100, most = 900): object {
  const command = `perl ${programs}/looper.pl ${name} ${world.truth} ${seed} ${least} ${most}`;
  return { command, startsecs: 0, autorestart: true, stopsignal: "KILL" };
}

export function names(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${stem}${index}`);
}

/** Pids of what runs now, by name. */
export async function runningPids(world: World): Promise<Map<string, number>> {
  const { processes } = await world.status();
  return new Map(processes.filter((one) => one.pid !== 0).map((one) => [one.name, one.pid]));
}

export async function untilRunning(world: World, names: readonly string[]): Promise<void> {
  const wanted = new Set(names);
  await world.untilStatus(
    (status) => status.processes.every((one) => !wanted.has(one.name) || one.state === "RUNNING"),
    `${names.length} programs to run`,
  );
}

/** Call when everything is down: counts lines and deaths. */
export async function auditLoad(world: World, load: Load): Promise<{ lines: LineAccount; deaths: DeathAccount }> {
  const accounts: LineAccount[] = [];
  for (const name of load.writers)
    accounts.push(await auditLines(name, [join(world.logs, `${name}.log`)], world.truth));
  const names = [...load.writers, ...load.loopers];
  const truth = new Map(names.map((name) => [name, world.truthOf(name)]));
  const deaths = auditDeaths(readLines(world.mainLog), truth, load.killed);
  return { lines: addAccounts(accounts), deaths };
}

/** What the accounts show as broken, in words. */
export function brokenPromises(lines: LineAccount, deaths: DeathAccount): string[] {
  const counts: readonly (readonly [string, number])[] = [
    ["lines lost", lines.lost],
    ["lines doubled", lines.doubled],
    ["lines garbled", lines.garbled],
    ["deaths missed", deaths.missed],
    ["deaths told twice", deaths.doubled],
    ["deaths told wrongly", deaths.wrong],
    ["programs with two copies at a time", deaths.copies],
  ];
  const broken = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  return broken.length > 0 ? [...broken, ...deaths.examples] : [];
}

/** The accounts as figures of a report. */
export function accountFigures(lines: LineAccount, deaths: DeathAccount): Readonly<Record<string, number>> {
  const { lost, doubled, garbled } = lines;
  const { missed, doubled: toldTwice, wrong, copies } = deaths;
  return { lines: lines.lines, lost, doubled, garbled, deaths: deaths.deaths, missed, toldTwice, wrong, copies };
}
