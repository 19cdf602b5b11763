/**
 * Compares what programs did with what the daemon's log says about them.
 *
 * Programs note `start PID` and `end PID how` in their truth file before they end; whoever kills one from outside notes that
 * too. The daemon's log has `spawned: 'NAME' with pid PID` (or `adopted:`) and `exited: NAME (how; ...)` or `stopped: NAME
 * (how)`, in order. Each life must have been told exactly once, with its very end.
 */
import { readFileSync } from "node:fs";

export interface DeathAccount {
  lives: number;
  deaths: number;
  missed: number;
  doubled: number;
  wrong: number;
  /** Told as unknown. */
  unknown: number;
  /** Two copies of one program at a time. */
  copies: number;
  readonly examples: string[];
}

export interface Told {
  readonly pid: number;
  /** `null`: it has not been told of an end. */
  readonly how: string | null;
}

/** `truth`: lines of each program; `killed`: pids killed from outside, with how that ends. `alive`: pids that still run. */
export function auditDeaths(
  mainLog: readonly string[],
  truth: ReadonlyMap<string, readonly string[]>,
  killed: ReadonlyMap<number, string>,
  alive: ReadonlySet<number> = new Set(),
): DeathAccount {
  const account = {
    lives: 0,
    deaths: 0,
    missed: 0,
    doubled: 0,
    wrong: 0,
    unknown: 0,
    copies: 0,
    examples: [] as string[],
  };
  const told = livesTold(mainLog);
  const note = (text: string): void => {
    if (account.examples.length < 10) account.examples.push(text);
  };
  for (const [name, lines] of truth) {
    const ends = new Map<number, string>();
    const started: number[] = [];
    for (const line of lines) {
      const [what, pid = "", ...how] = line.split(" ");
      if (what === "start") started.push(Number(pid));
      else if (what === "end") ends.set(Number(pid), how.join(" "));
      else if (what === "double") {
        account.copies++;
        note(`${name}: two copies, ${line}`);
      }
    }
    const said = told.get(name) ?? [];
    account.lives += started.length;
    // Ends of runs that a killed keeper began and nobody saw: they are told without a pid.
    let nameless = said.filter((one) => one.pid === 0 && one.how === "exit status unknown").length;
    for (const pid of started) {
      if (alive.has(pid)) continue;
      account.deaths++;
      const matching = said.filter((one) => one.pid === pid && one.how !== null);
      const expected = killed.get(pid) ?? ends.get(pid) ?? null;
      if (matching.length === 0 && nameless > 0) {
        nameless--;
        account.unknown++;
        continue;
      }
      if (matching.length === 0) {
        account.missed++;
        note(`${name}: the end of ${pid} (${expected}) was not told`);
      } else if (matching.length > 1) {
        account.doubled++;
        note(`${name}: the end of ${pid} was told ${matching.length} times`);
      }
      const how = matching[0]?.how ?? null;
      if (how === "exit status unknown") account.unknown++;
      else if (how !== null && expected !== null && how !== expected) {
        account.wrong++;
        note(`${name}: ${pid} ended by ${expected}, told ${how}`);
      }
    }
  }
  return account;
}

/** Of each program, the lives that the daemon's log tells of, in order. */
function livesTold(mainLog: readonly string[]): Map<string, Told[]> {
  const told = new Map<string, Told[]>();
  for (const line of mainLog) {
    const spawned = /(?:spawned|adopted): '([^']+)' with pid (\d+)$/.exec(line);
    if (spawned !== null) {
      const [, name = "", pid = ""] = spawned;
      const lives = told.get(name) ?? [];
      // The same pid again without an end in between: the news came twice, not the process.
      const last = lives.at(-1);
      if (last === undefined || last.pid !== Number(pid) || last.how !== null)
        lives.push({ pid: Number(pid), how: null });
      told.set(name, lives);
      continue;
    }
    const ended = /(?:exited|stopped): (\S+) \((.*?)(?: \(core dumped\))?(?:; (?:not )?expected)?\)$/.exec(line);
    if (ended === null) continue;
    const [, name = "", how = ""] = ended;
    const lives = told.get(name) ?? [];
    const last = lives.at(-1);
    if (last === undefined) lives.push({ pid: 0, how });
    else if (last.how === null) lives[lives.length - 1] = { ...last, how };
    else lives.push({ ...last, how }); // told again
    told.set(name, lives);
  }
  return told;
}

export function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
