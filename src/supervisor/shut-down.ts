import { shutdownWaves } from "../machine/shutdown-order.ts";
import { isDown } from "./is-down.ts";
import type { ManagedProcess } from "./managed-process.ts";
import { reportEvery } from "./report-every.ts";
import type { Mood, Supervisor } from "./supervisor.ts";

/** How often a shutdown says whom it waits for, milliseconds: as often as Supervisor. */
const REPORT_EVERY = 3000;

/**
 * How long listeners may take for what they were told last, before they are stopped themselves, milliseconds. Supervisor
 * spends up to as long on every group, so that a listener hears of the end of the programs.
 */
const LAST_WORDS = 1000;

/**
 * Stops everything, wave by wave: groups of high priority number first, a program before what it depends on. Resolves when
 * no process is left. Whoever waits to retry becomes FATAL without being started again.
 *
 * @param answered resolves when the listeners of these groups have answered what they were told, or at the deadline (monotonic).
 */
export async function shutDown(
  supervisor: Supervisor,
  mood: Exclude<Mood, "running">,
  log: (message: string) => void,
  answered: (groups: ReadonlySet<string>, deadline: number) => Promise<void>,
): Promise<void> {
  supervisor.setMood(mood);
  let endReports: (() => void) | undefined;
  try {
    const groups = [...supervisor.groups.values()].map((group) => group.spec);
    for (const wave of shutdownWaves(groups)) {
      const members = wave.map((spec) => supervisor.find(spec.group, spec.name)).filter((process) => process !== null);
      await answered(new Set(wave.map(({ group }) => group)), supervisor.clock.monotonic() + LAST_WORDS);
      const left = members.filter(({ pid }) => pid === 0);
      for (const process of members) process.input({ type: "shutdown" });
      // Whoever waited to retry in the first wave is down by now, and not waited for.
      endReports ??= reportSurvivors(supervisor, log);
      const down = members.map((process) => supervisor.until(process, () => isDown(process)));
      await Promise.all([...down, ...left.map((process) => process.endLeft())]);
    }
  } finally {
    endReports?.();
  }
}

/** Shortens a shutdown under way: whatever is still stopping gets SIGKILL in `seconds` at the latest. Does nothing if there is none. */
export function hurry(supervisor: Supervisor, seconds: number): void {
  // It would be in wait for whatever is stopped at any time later.
  if (supervisor.mood === "running") return;
  const kick = (process: ManagedProcess): void => process.input({ type: "kick", seconds });
  // Later waves have not been told to stop yet: they are hurried when they are.
  const unsubscribe = supervisor.bus.subscribe((event) => {
    if (event.type === "state" && event.event.name === "PROCESS_STATE_STOPPING") kick(event.process);
  });
  const all = supervisor.processes();
  for (const process of all) kick(process);
  void Promise.all(all.map((process) => supervisor.until(process, () => isDown(process)))).then(unsubscribe);
}

function reportSurvivors(supervisor: Supervisor, log: (message: string) => void): () => void {
  return reportEvery(supervisor.clock, REPORT_EVERY, () => {
    const names = supervisor
      .processes()
      .filter((process) => !isDown(process))
      .map((process) => process.spec.name);
    if (names.length > 0) log(`waiting for ${names.join(", ")} to die`);
  });
}
