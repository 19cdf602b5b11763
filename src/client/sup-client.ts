/// <reference lib="esnext.disposable" preserve="true" />
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { nameProblem } from "../model/select-processes.ts";
import type {
  ActionResult,
  PlanReport,
  ProcessReport,
  ProgramTree,
  StatusReport,
  StreamItem,
  UpgradeReport,
} from "../protocol/api.ts";
import { ApiClient } from "./api-client.ts";
import { nearestConfig, reachableDaemonOf } from "./find-daemon.ts";
import { follow } from "./follow.ts";
import { LogLines, type LogLine } from "./log-lines.ts";
import { targetOf } from "./target.ts";
import { untilReady } from "./until-ready.ts";

/** Which daemon to talk to. Without any of these: that of the project that the current folder belongs to. */
export interface ConnectOptions {
  /** The daemon of the nearest config from this folder upwards, be it one that is gone while its daemon runs. Default: the current folder. */
  readonly folder?: string | undefined;
  /** The daemon of this config file. */
  readonly config?: string | undefined;
  /** `http://host:port`, `https://host:port` or `unix:///path/to/a.sock`: a server of its config. */
  readonly url?: string | undefined;
  /** For `url`; they may be in the address, too. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Processes by name: `web`, `web:web_0`, `group:*`; a program's name means all its processes. */
export type Names = string | readonly string[];

/**
 * What happens to processes and to the config. `open` comes first, and again after a broken connection: from there on everything
 * is told. `missed`, if something between cannot be told.
 */
export type SupEvent =
  | { readonly type: "open" }
  | Extract<StreamItem, { readonly type: "state" | "ready" | "plan" | "missed" }>;

/** What programs write: whole lines; `gap` and `missed` say what could not be told. */
export type LogItem = LogLine | Extract<StreamItem, { readonly type: "gap" | "missed" }>;

/** Options of {@link SupClient.events}. */
export interface EventsOptions {
  /** Default: all processes. */
  readonly names?: Names | undefined;
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link SupClient.logs}. */
export interface LogsOptions extends EventsOptions {
  /** Lines of each log to begin with. Default 0. */
  readonly lines?: number | undefined;
  /** Go on with what is written from now on. Default true. */
  readonly follow?: boolean | undefined;
}

/** Programs that will not become ready. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
  /** Those that failed. */
  readonly processes: readonly ProcessReport[];

  constructor(processes: readonly ProcessReport[]) {
    super(processes.map((one) => `${one.namespec}: ${one.state} ${one.why}`.trimEnd()).join("\n"));
    this.processes = processes;
  }
}

/**
 * A client of one daemon. Nothing is connected until something is asked; each call has a connection of its own, and nothing
 * keeps a program alive but a call or an iteration under way.
 *
 * Calls reject with an {@link ApiError} if the daemon says no, and with the system's `ECONNREFUSED` or `ENOENT` if none runs.
 *
 * @throws Error if there is no config to find a daemon by; TypeError for a `url` that is none.
 */
export function connect(options: ConnectOptions = {}): SupClient {
  return new SupClient(clientFor(options));
}

/** See {@link connect}. */
export class SupClient {
  readonly #api: ApiClient;
  readonly #closed = new AbortController();

  /** @internal */
  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Everything there is to know, as one snapshot. */
  status(): Promise<StatusReport> {
    return this.#api.call("status", {}, this.#closed.signal);
  }

  /**
   * Starts processes, with what they depend on unless `noDeps`. Resolves when they are RUNNING or it is clear why not; with
   * `wait: false` at once. One result each: look at `ok`.
   */
  start(
    names: Names,
    options: { readonly wait?: boolean; readonly noDeps?: boolean } = {},
  ): Promise<readonly ActionResult[]> {
    return this.#api.call("start", { names: listOf(names), ...options }, this.#closed.signal);
  }

  /** Stops processes as their config says. Resolves when they are gone; with `wait: false` at once. */
  stop(names: Names, options: { readonly wait?: boolean } = {}): Promise<readonly ActionResult[]> {
    return this.#api.call("stop", { names: listOf(names), ...options }, this.#closed.signal);
  }

  /** Stops what runs, then starts, with what they depend on unless `noDeps`; a stopped program is simply started. */
  restart(
    names: Names,
    options: { readonly wait?: boolean; readonly noDeps?: boolean } = {},
  ): Promise<readonly ActionResult[]> {
    return this.#api.call("restart", { names: listOf(names), ...options }, this.#closed.signal);
  }

  /** Sends a signal (`"HUP"`, `"SIGHUP"`) to the processes themselves, never to their groups. */
  signal(names: Names, signal: string): Promise<readonly ActionResult[]> {
    return this.#api.call("signal", { names: listOf(names), signal }, this.#closed.signal);
  }

  /** All processes of these programs: what they started, and what each of it uses. */
  processes(names: Names = []): Promise<readonly ProgramTree[]> {
    return this.#api.call("processes", { names: listOf(names) }, this.#closed.signal);
  }

  /** Reads the config and says what would change; changes nothing. */
  plan(): Promise<PlanReport> {
    return this.#api.call("plan", {}, this.#closed.signal);
  }

  /** Reads the config and applies what changed. With mistakes in it, `ok` is false and nothing was changed. */
  update(): Promise<PlanReport> {
    return this.#api.call("update", {}, this.#closed.signal);
  }

  /**
   * Replaces the supervisor, and with `keeper` the keeper too, by the installed version. No program is touched. Resolves before it
   * happens; streams go on.
   */
  upgrade(options: { readonly keeper?: boolean } = {}): Promise<UpgradeReport> {
    return this.#api.call("upgrade", options, this.#closed.signal);
  }

  /** Ends every program in order, then the daemon. Resolves at once, with the pid that is gone when all of it has ended. */
  shutdown(): Promise<{ readonly pid: number }> {
    return this.#api.call("shutdown", {}, this.#closed.signal);
  }

  /** Shortens a shutdown under way: what is left after so many seconds gets SIGKILL. */
  async hurry(seconds: number): Promise<void> {
    await this.#api.call("hurry", { seconds }, this.#closed.signal);
  }

  /**
   * Resolves when the processes are ready: RUNNING with their readiness check passed, or ended as expected.
   *
   * @throws NotReadyError as soon as one of them has failed, or what it waits for has; Error for a name that nobody has; what `signal` was aborted with.
   */
  async ready(names: Names, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const list = listOf(names);
    const { processes } = await this.status();
    const unknown = nameProblem(list, processes);
    if (unknown !== null) throw new Error(unknown);
    const failed = await untilReady(this.#api, list, this.#until(options.signal));
    if (failed.length > 0) throw new NotReadyError(failed);
  }

  /**
   * What happens from now on: states, readiness, plans. Nothing is asked for before the first step of the iteration, and what
   * happens after `open` is told. After a broken connection it goes on where it was, and says `missed` if
   * it cannot. Ends with the daemon, with `signal` and with {@link close}.
   */
  async *events(options: EventsOptions = {}): AsyncGenerator<SupEvent, void> {
    const query = { events: true, names: listOf(options.names ?? []) };
    for await (const item of follow(this.#api, query, this.#until(options.signal))) {
      if (item.type === "open") yield { type: "open" };
      else if (isEvent(item)) yield item;
    }
  }

  /**
   * What programs write, line by line, each line once: after a broken connection it goes on where it was, and says `gap` or
   * `missed` if the log no longer has it. Ends with the daemon, with `signal` and with {@link close}.
   */
  async *logs(options: LogsOptions = {}): AsyncGenerator<LogItem, void> {
    const query = {
      logs: true,
      names: listOf(options.names ?? []),
      lines: options.lines ?? 0,
      follow: options.follow !== false,
    };
    const lines = new LogLines();
    for await (const item of follow(this.#api, query, this.#until(options.signal))) {
      if (item.type === "output") yield* lines.take(item);
      else if (item.type === "gap") yield* [...lines.cut(item), item];
      else if (item.type === "missed") yield item;
    }
    yield* lines.cut();
  }

  /** Ends everything that is under way. The daemon and its programs are not touched. */
  close(): void {
    this.#closed.abort(new Error("the client was closed"));
  }

  /** For `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closed.signal : AbortSignal.any([signal, this.#closed.signal]);
  }
}

function clientFor({ folder, config, url, username, password }: ConnectOptions): ApiClient {
  if (url !== undefined) return new ApiClient(targetOf(url, username, password));
  if (config !== undefined) {
    if (!existsSync(config)) throw new Error(`there is no config file ${resolve(config)}`);
    return reachableDaemonOf(resolve(config)).client;
  }
  const found = nearestConfig(folder ?? process.cwd());
  if (found === null) {
    throw new Error(
      `no supervisor.config.ts (or supervisord.conf) in ${resolve(folder ?? ".")} or any folder above it`,
    );
  }
  return reachableDaemonOf(found).client;
}

function listOf(names: Names): readonly string[] {
  return typeof names === "string" ? [names] : names;
}

function isEvent(item: StreamItem): item is Extract<SupEvent, StreamItem> {
  return item.type === "state" || item.type === "ready" || item.type === "plan" || item.type === "missed";
}
