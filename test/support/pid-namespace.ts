import { execa } from "execa";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { sendSignal } from "./send-signal.ts";

/** A pid namespace of its own, on the same file system and network. Takes root. */
export class PidNamespace {
  readonly #holder: ReturnType<typeof spawn>;

  /** `first`: the command that is process 1 in it. */
  constructor(first: readonly string[], env: NodeJS.ProcessEnv) {
    const args = ["--pid", "--fork", "--kill-child", "--mount-proc", ...first];
    this.#holder = spawn("unshare", args, { stdio: ["ignore", "ignore", "pipe"], detached: true, env });
  }

  /** The pid of its process 1 out here; 0 if there is none (any more). */
  get processOne(): number {
    const pid = this.#holder.pid ?? 0;
    try {
      return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ")[0]);
    } catch {
      return 0;
    }
  }

  /** Its process 1 has ended, or there never was one. */
  get over(): boolean {
    return this.#holder.exitCode !== null || this.#holder.signalCode !== null;
  }

  /** Those in it whose command line matches, as they are numbered out here, where numbers are not used again so soon. */
  find(command: RegExp): number[] {
    const own = namespaceOf(this.processOne);
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && own !== "" && namespaceOf(Number(name)) === own)
      .filter((name) => command.test(commandOf(name)))
      .map(Number);
  }

  /** Runs a command inside, to its end. */
  async run(command: readonly string[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    const args = ["--target", String(this.processOne), "--pid", "--mount", `--wd=${options.cwd}`, ...command];
    return await execa("nsenter", args, { env: options.env, extendEnv: false, reject: false, timeout: 120_000 });
  }

  /** All in it end with its process 1. */
  async close(): Promise<void> {
    const { pid } = this.#holder;
    if (pid === undefined || this.over) return;
    const ended = new Promise((done) => this.#holder.once("exit", done));
    sendSignal(pid, "SIGKILL");
    await ended;
  }
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "";
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
