/// <reference lib="esnext.disposable" preserve="true" />
/*
 * A supervisor as a part of a program. Theory of operation: decisions/015-embedding.md. It is the same keeper and supervisor as
 * of `sup up`, in two processes of their own and in a folder of its own that nobody else knows; this process holds the other end
 * of the keeper's descriptor and is a client of its control socket. So nothing here is global, no signal and no child of the
 * program is touched, and its death ends everything.
 */
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiClient } from "../client/api-client.ts";
import { SupClient } from "../client/sup-client.ts";
import type { EventsOptions, LogItem, LogsOptions, Names, SupEvent } from "../client/sup-client.ts";
import { placesIn } from "../daemon/places.ts";
import type { Config } from "../model/config.ts";
import type { ActionResult, PlanReport, StatusReport } from "../protocol/api.ts";
import { ConfigError } from "./config-error.ts";
import { KeeperProcess } from "./keeper-process.ts";
import { plainConfig } from "./plain-config.ts";

/** Options of {@link createSupervisor}. */
export interface EmbedOptions {
  /** Where programs run, and what relative paths of the config are relative to. Default: the current folder. */
  readonly cwd?: string | undefined;
  /** What programs inherit. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Starts a supervisor for the programs of this config and resolves when they are being started. It ends with
 * {@link Supervisor.close}, at the end of an `await using` scope, or with this process, whatever ends it; its programs end with it.
 *
 * The config is that of a `supervisor.config.ts`, without `listeners`. Logs without a path are in a temporary folder that is removed at the
 * end.
 *
 * @throws ConfigError for a config with mistakes, all of them at once; nothing was started then.
 */
export async function createSupervisor(config: Config, options: EmbedOptions = {}): Promise<Supervisor> {
  const text = plainConfig(config);
  const folder = temporaryFolder();
  try {
    writeConfig(folder, text);
    const cwd = options.cwd ?? process.cwd();
    const start = (): KeeperProcess => new KeeperProcess({ folder, cwd, env: options.env ?? process.env });
    const keeper = start();
    try {
      await keeper.booted();
    } catch (error) {
      await keeper.end();
      throw error;
    }
    return new Supervisor(folder, keeper, start);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** See {@link createSupervisor}. */
export class Supervisor {
  readonly #folder: string;
  readonly #start: () => KeeperProcess;
  readonly #client: SupClient;
  #keeper: KeeperProcess;
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(folder: string, keeper: KeeperProcess, start: () => KeeperProcess) {
    this.#folder = folder;
    this.#keeper = keeper;
    this.#start = start;
    this.#client = new SupClient(new ApiClient({ socket: placesIn(folder).socket }, async () => this.#keeper.alive));
  }

  /** Everything there is to know, as one snapshot. */
  status(): Promise<StatusReport> {
    return this.#client.status();
  }

  /** Starts processes, with what they depend on. Resolves when they are RUNNING or it is clear why not; look at `ok`. */
  start(names: Names): Promise<readonly ActionResult[]> {
    return this.#client.start(names);
  }

  /** Stops processes as their config says; resolves when they are gone. */
  stop(names: Names): Promise<readonly ActionResult[]> {
    return this.#client.stop(names);
  }

  /** Stops what runs, then starts. */
  restart(names: Names): Promise<readonly ActionResult[]> {
    return this.#client.restart(names);
  }

  /** Sends a signal (`"HUP"`) to the processes themselves. */
  signal(names: Names, signal: string): Promise<readonly ActionResult[]> {
    return this.#client.signal(names, signal);
  }

  /**
   * Resolves when the processes are ready: RUNNING with their readiness check passed, or ended as expected.
   *
   * @throws NotReadyError as soon as one of them has failed, or what it waits for has.
   */
  ready(names: Names, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.#client.ready(names, options);
  }

  /** What happens from now on: states, readiness, plans. Ends when the supervisor does. */
  events(options: EventsOptions = {}): AsyncGenerator<SupEvent, void> {
    return this.#client.events(options);
  }

  /** What programs write, line by line. Ends when the supervisor does. */
  logs(options: LogsOptions = {}): AsyncGenerator<LogItem, void> {
    return this.#client.logs(options);
  }

  /**
   * Puts another config into force: only what is different is started, stopped or restarted. Resolves when that is done.
   *
   * @throws ConfigError for a config with mistakes; the one before stays in force.
   */
  async update(config: Config): Promise<PlanReport> {
    writeConfig(this.#folder, plainConfig(config));
    const report = await this.#client.update();
    if (!report.ok) throw new ConfigError(report.problems);
    return report;
  }

  /** Stops all programs in order and ends the supervisor. Resolves when nothing of it is left; safe to call again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#endKeeper();
      if (!this.#keeper.wasKilled) return;
      // Programs outlive a keeper that was killed; the next one takes them over, and stops them.
      this.#keeper = this.#start();
      await this.#keeper.booted();
      await this.#endKeeper();
    } finally {
      this.#client.close();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** Asked in words first, so that streams hear the end; letting go of it says the same. */
  async #endKeeper(): Promise<void> {
    if (this.#keeper.alive) await this.#client.shutdown().catch(() => undefined);
    await this.#keeper.end();
  }
}

/** Nobody else may look into it: it holds sockets and environments. The path of a socket has room for 107 bytes only. */
function temporaryFolder(): string {
  const base = Buffer.byteLength(tmpdir()) > 70 ? "/tmp" : tmpdir();
  const folder = mkdtempSync(join(base, "sup-embedded-"));
  chmodSync(folder, 0o700);
  return folder;
}

/** Renamed into place: a supervisor that is started again never reads half of it. */
function writeConfig(folder: string, text: string): void {
  const file = join(folder, "config.json");
  writeFileSync(`${file}.part`, text, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
