import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ApiClient } from "../../src/client/api-client.ts";
import { placesFor, type Places } from "../../src/daemon/places.ts";
import type { StatusReport } from "../../src/protocol/api.ts";
import { isAlive, Project } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

/** What a test asks of a daemon. */
export type Caller = Pick<ApiClient, "call">;

/** A project under attack: its daemon, the folder of what its programs say about themselves, and direct access to both. */
export class World {
  readonly project = new Project();
  readonly folder = this.project.folder;
  readonly truth = join(this.folder, "truth");
  readonly logs = join(this.folder, "logs");
  readonly mainLog = join(this.folder, "main.log");
  readonly config: string;
  readonly places: Places;
  readonly client: Caller;
  /** Folders that the daemon makes for itself. */
  readonly daemonFolders: readonly string[];
  /** Where XML-RPC is spoken. */
  readonly xmlRpcSocket: string;
  /** A killed supervisor is followed by another one. */
  readonly survivesKills: boolean = true;
  /** What was still there when a daemon had ended. */
  static readonly outlived: string[] = [];
  /** All there have been in this run. */
  static readonly made: World[] = [];

  /** `file`: the name of its config. */
  constructor(file = "supervisor.config.json") {
    World.made.push(this);
    this.config = join(this.folder, file);
    this.places = placesFor(this.config, this.project.env);
    this.client = new ApiClient({ socket: this.places.socket });
    this.xmlRpcSocket = this.places.socket;
    this.daemonFolders = [this.places.runtime, this.places.state];
    for (const folder of [this.truth, this.logs]) mkdirSync(folder, { mode: 0o755 });
  }

  /** Writes the config: programs with defaults that suit a test, each logging to logs/NAME.log. */
  configure(programs: Readonly<Record<string, object>>, rest: object = {}): void {
    const config = { supervisord: { logfile: this.mainLog }, programs: this.completed(programs), ...rest };
    this.project.write("supervisor.config.json", JSON.stringify(config, null, 1));
  }

  protected completed(programs: Readonly<Record<string, object>>): Record<string, object> {
    const full = Object.entries(programs).map(([name, program]) => [
      name,
      { stdoutLogfile: join(this.logs, `${name}.log`), stdoutLogfileMaxbytes: 0, redirectStderr: true, ...program },
    ]);
    return Object.fromEntries(full) as Record<string, object>;
  }

  async up(...args: string[]): Promise<void> {
    const done = await this.project.sup("up", "-d", "--no-watch", "-c", this.config, ...args);
    if (done.exitCode !== 0) throw new Error(`sup up failed: ${done.stdout}\n${done.stderr}`);
  }

  async down(): Promise<void> {
    await this.project.sup("down", "-c", this.config);
  }

  /** The status; waits for the supervisor to be there. */
  async status(): Promise<StatusReport> {
    return await this.until(async () => {
      try {
        return await this.client.call("status", {});
      } catch {
        return null;
      }
    }, "an answer to status");
  }

  async until<T>(look: () => T | null | false | Promise<T | null | false>, what: string, seconds = 60): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = await look();
      if (found !== null && found !== false) return found;
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await pause(5);
    }
  }

  async untilStatus(holds: (status: StatusReport) => boolean, what: string, seconds = 60): Promise<StatusReport> {
    return await this.until(
      async () => {
        const status = await this.status();
        return holds(status) ? status : null;
      },
      what,
      seconds,
    );
  }

  /** Pid of the supervisor that is the keeper's child now; `null` between two. */
  supervisorPid(keeper: number): number | null {
    // A program between fork and exec still has the keeper's command line, which names the supervisor's further on.
    return childrenOf(keeper).find((pid) => commandOf(pid).split(" ")[1]?.endsWith("supervisor.cjs")) ?? null;
  }

  truthOf(name: string): string[] {
    try {
      return readFileSync(join(this.truth, `${name}.truth`), "utf8")
        .split("\n")
        .filter((line) => line !== "");
    } catch {
      return [];
    }
  }

  /** All processes that were started in this world, directly or not: its folder is in their environment. */
  strays(): number[] {
    const belongs = (pid: number): boolean =>
      commandOf(pid).includes(this.folder) || environmentOf(pid).includes(this.folder);
    return allPids().filter((pid) => pid !== process.pid && belongs(pid));
  }

  /** Ends everything, removes everything. What outlives the daemon is told as left behind. */
  async close(): Promise<void> {
    if (process.env["CHAOS_KEEP"] !== undefined) return;
    await this.down();
    await this.until(() => this.strays().length === 0, "all to be gone", 20).catch(() => this.tellStrays());
    for (const pid of this.strays()) kill(pid, "SIGKILL");
    await this.project.close();
  }

  protected tellStrays(): void {
    World.outlived.push(...this.strays().map((pid) => `${commandOf(pid).trim()} (pid ${pid}) outlived its daemon`));
  }
}

/** Never 0 or less: those are groups, ours among them. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  if (pid <= 1) return false;
  try {
    sendSignal(pid, signal);
    return true;
  } catch {
    return false;
  }
}

export async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await pause(2);
}

export function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** "" for who is gone, or somebody else's. */
export function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Resident memory in MiB. */
export function residentOf(pid: number): number {
  try {
    const line = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return Math.round(Number(line?.[1] ?? 0) / 102.4) / 10;
  } catch {
    return 0;
  }
}

/** The processes that a daemon consists of: two of ours, one of Supervisor's. */
export function daemonPids({ pid, supervisorPid }: Pick<StatusReport, "pid" | "supervisorPid">): number[] {
  return [...new Set([pid, supervisorPid])];
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** CPU seconds used so far, own and of reaped children not included. */
export function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}

export { isAlive, pause, spawn, type ChildProcess };
