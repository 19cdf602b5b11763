import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiCalls, ApiName, StatusReport } from "../../src/protocol/api.ts";
import { rpc } from "../support/http.ts";
import { REAL } from "../support/supervisord-pair.ts";
import { isAlive, kill, World, type Caller } from "./world.ts";

/** A world whose daemon is Debian's supervisord: the same programs under the same tests, asked in its own language. */
export class SupervisordWorld extends World {
  override readonly client: Caller = { call: (name, args) => this.#call(name, args) };
  override readonly xmlRpcSocket = join(this.folder, "s.sock");
  override readonly daemonFolders = [this.logs];
  override readonly survivesKills = false;
  readonly #config = join(this.folder, "supervisord.conf");
  #pid = 0;

  override configure(programs: Readonly<Record<string, object>>, rest: object = {}): void {
    if (Object.keys(rest).length > 0) throw new Error("supervisord is compared with what programs say only");
    const head =
      `[supervisord]\nlogfile=${this.mainLog}\nlogfile_maxbytes=0\npidfile=${this.folder}/s.pid\nminfds=4096\n` +
      `childlogdir=${this.logs}\n[unix_http_server]\nfile=${this.xmlRpcSocket}\n` +
      "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n";
    const sections = Object.entries(this.completed(programs)).map(
      ([name, program]) => `[program:${name}]\n${optionsOf(program)}`,
    );
    writeFileSync(this.#config, head + sections.join(""));
  }

  override async up(...args: string[]): Promise<void> {
    if (args.length > 0) throw new Error("supervisord starts all programs");
    // In the foreground, and thus our child: its death is heard of. In a session of its own, as a daemon is.
    const child = spawn(REAL, ["-n", "-c", this.#config], {
      detached: true,
      stdio: "ignore",
      env: this.project.env,
    });
    this.#pid = child.pid ?? 0;
    await this.until(async () => (await this.#ask("getState").catch(() => null)) !== null, "supervisord to answer");
  }

  override async down(): Promise<void> {
    if (this.#pid === 0 || !isAlive(this.#pid)) return;
    await this.#ask("shutdown").catch(() => null);
    await this.until(() => !isAlive(this.#pid), "supervisord to end").catch(() => kill(this.#pid, "SIGKILL"));
  }

  /** It may well leave some: that is told by the tests that count them. */
  protected override tellStrays(): void {}

  override supervisorPid(): number | null {
    return isAlive(this.#pid) ? this.#pid : null;
  }

  async #call<Name extends ApiName>(name: Name, args: ApiCalls[Name]["arguments"]): Promise<ApiCalls[Name]["result"]> {
    const {
      names,
      wait = true,
      signal,
    } = args as {
      readonly names?: readonly string[];
      readonly wait?: boolean;
      readonly signal?: string;
    };
    const more = name === "signal" ? [signal ?? ""] : [wait];
    switch (name) {
      case "status":
        return (await this.#status()) as ApiCalls[Name]["result"];
      case "start":
      case "stop":
      case "signal": {
        const groups = names ?? [];
        if (groups.length === 0) return this.#results(await this.#ask(`${name}AllProcesses`, ...more));
        const results = await Promise.all(groups.map((group) => this.#ask(`${name}ProcessGroup`, group, ...more)));
        return this.#results(results.flat());
      }
      default:
        throw new Error(`supervisord has no ${name}`);
    }
  }

  #results<Result>(entries: unknown): Result {
    if (!Array.isArray(entries)) throw new Error(String(entries));
    return entries.map((entry: { name: string; group: string; status: number; description: string }) => ({
      name: entry.name,
      group: entry.group,
      namespec: entry.name,
      ok: entry.status === 80,
      error: entry.status === 80 ? "" : entry.description,
    })) as Result;
  }

  async #status(): Promise<StatusReport> {
    const infos = (await this.#ask("getAllProcessInfo")) as readonly Info[];
    const processes = infos.map((info) => ({
      ...info,
      program: info.group,
      state: info.statename,
      lastExit: info.stop === 0 ? "" : `exit status ${info.exitstatus}`,
      why: info.description,
      dropped: 0,
    }));
    const report = { pid: this.#pid, supervisorPid: this.#pid, troubles: [], config: { stale: null }, processes };
    return report as unknown as StatusReport;
  }

  #ask(method: string, ...args: (string | boolean)[]): Promise<unknown> {
    return rpc({ socketPath: this.xmlRpcSocket }, `supervisor.${method}`, ...args);
  }
}

interface Info {
  readonly name: string;
  readonly group: string;
  readonly statename: string;
  readonly pid: number;
  readonly exitstatus: number;
  readonly spawnerr: string;
  readonly description: string;
  readonly stop: number;
}

/** `stdoutLogfileMaxbytes: 0` becomes `stdout_logfile_maxbytes=0`. */
function optionsOf(program: object): string {
  return Object.entries(program)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}=${String(value)}\n`)
    .join("");
}
