import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "./config-error.ts";

export interface KeeperProcessOptions {
  /** Holds everything: config.json, sockets, logs. The keeper removes it when it ends. */
  readonly folder: string;
  /** Where the programs run. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a supervisor says once, as soon as it knows how its boot went. */
type BootReport = { readonly ready: true } | { readonly ready: false; readonly problems: string };

/**
 * One keeper with its supervisor, owned by this process: it ends, with all programs, when this process does, however that ends,
 * because the other end of one of its descriptors is ours.
 */
export class KeeperProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;

  constructor({ folder, cwd, env }: KeeperProcessOptions) {
    this.#folder = folder;
    const crashLog = openSync(join(folder, "crash.log"), "a", 0o600);
    const keeper = ["--max-old-space-size=64", join(__dirname, "keeper.cjs"), "--runtime", folder, "--temporary"];
    const supervisor = [join(__dirname, "supervisor.cjs"), "--config", join(folder, "config.json"), "--given"];
    this.#child = spawn(
      process.execPath,
      [...keeper, "--owner-fd", "3", "--", process.execPath, ...supervisor],
      // A session of its own: Ctrl-C in our terminal is our program's to interpret.
      { cwd, env, detached: true, stdio: ["ignore", "pipe", crashLog, "pipe"] },
    );
    closeSync(crashLog);
    this.#child.on("error", () => {
      // Told by `booted`.
    });
  }

  get alive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** It did not end by itself: its programs may still run. */
  get wasKilled(): boolean {
    return this.#child.signalCode !== null;
  }

  /**
   * Resolves when the config is loaded and the control socket listens.
   *
   * @throws ConfigError for a config with mistakes; Error if it could not be started.
   */
  async booted(): Promise<void> {
    const { stdout } = this.#child;
    if (this.#child.pid === undefined || stdout === null) {
      const [error] = (await once(this.#child, "error")) as [Error];
      throw new Error(`cannot start a supervisor: ${error.message}`, { cause: error });
    }
    stdout.setEncoding("utf8");
    let text = "";
    for await (const chunk of stdout) {
      text += chunk as string;
      if (text.includes("\n")) break;
    }
    const line = text.split("\n", 1)[0] ?? "";
    if (!text.includes("\n")) {
      const words = readFileSync(join(this.#folder, "crash.log"), "utf8").trim();
      throw new Error(`the supervisor ended before it was ready${words === "" ? "" : `: ${words}`}`);
    }
    const report = JSON.parse(line) as BootReport;
    if (!report.ready) throw new ConfigError(report.problems);
  }

  /** Lets go of it: it stops all programs in order and ends. Resolves when it has. */
  async end(): Promise<void> {
    const gone = this.alive ? once(this.#child, "close") : null;
    for (const stream of this.#child.stdio) stream?.destroy();
    await gone;
  }
}
