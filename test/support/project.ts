import { execa } from "execa";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
export const programs = join(root, "test/programs");

/** A project folder of its own, with a daemon of its own if one is started, driven through the real `bin/sup`. */
export class Project {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;

  constructor() {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-e2e-")));
    const { NODE_EXTRA_CA_CERTS: _, NO_COLOR: __, FORCE_COLOR: ___, npm_lifecycle_event: ____, ...rest } = process.env;
    this.env = { ...rest, SUP_RUNTIME_DIR: join(this.folder, ".run"), SUP_STATE_DIR: join(this.folder, ".state") };
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Starts a command; it may go on running. */
  spawn(args: readonly string[], options: { readonly cwd?: string; readonly timeout?: number } = {}) {
    const command = execa(join(root, "bin/sup"), args, {
      cwd: options.cwd ?? this.folder,
      env: this.env,
      extendEnv: false,
      reject: false,
      all: true,
      timeout: options.timeout ?? 120_000,
    });
    const said = { text: "", listeners: new Set<() => void>() };
    command.all.on("data", (chunk: Buffer) => {
      said.text += chunk.toString();
      for (const listener of said.listeners) listener();
    });
    output.set(command, said);
    return command;
  }

  /** Runs a command to its end. */
  async sup(...args: string[]): Promise<{ stdout: string; stderr: string; exitCode: number | undefined }> {
    const { stdout, stderr, exitCode } = await this.spawn(args);
    return { stdout, stderr, exitCode };
  }

  async status(): Promise<Status> {
    const { stdout, stderr, exitCode } = await this.sup("status", "--json");
    if (exitCode === 3) throw new Error(stderr);
    return JSON.parse(stdout) as Status;
  }

  /** The status once `condition` holds. Looks again and again: the status is the fact that is waited for. */
  async until(condition: (status: Status) => boolean, what: string): Promise<Status> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const status = await this.status();
      if (condition(status)) return status;
      if (Date.now() > deadline)
        throw new Error(`waited in vain for ${what}; the status is ${JSON.stringify(status, null, 1)}`);
      // Each look is a process: not more of them than it takes.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops the daemon, if one runs, and removes the folder. */
  async close(): Promise<void> {
    await this.sup("down");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a process runs. A zombie does not: in some containers nobody reaps those whose parent has gone. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}

/** Waits until none of these processes is alive. */
export async function untilEnded(...pids: number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** All that running commands have printed so far. */
const output = new WeakMap<object, { text: string; readonly listeners: Set<() => void> }>();

/** Resolves once the command has printed something that matches, whenever that was; rejects if it ends without. */
export function seen(command: ReturnType<Project["spawn"]>, pattern: RegExp): Promise<void> {
  const said = output.get(command);
  if (said === undefined) throw new Error("only commands of Project.spawn can be watched");
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!pattern.test(said.text)) return;
      said.listeners.delete(look);
      resolve();
    };
    said.listeners.add(look);
    look();
    void command.then((result) =>
      reject(new Error(`it ended with ${result.exitCode} before ${pattern}:\n${result.all}`)),
    );
  });
}

export interface Status {
  readonly pid: number;
  readonly supervisorPid: number;
  readonly version: string;
  readonly keeperVersion: string;
  readonly troubles: readonly string[];
  readonly config: { readonly generation: number; readonly stale: { readonly problems: string } | null };
  readonly processes: readonly {
    readonly namespec: string;
    readonly name: string;
    readonly state: string;
    readonly pid: number;
    readonly exitstatus: number | null;
    readonly lastExit: string;
    readonly why: string;
    readonly heldUpBy: readonly string[];
    readonly survivors: readonly { readonly pid: number; readonly command: string }[];
    readonly ready: boolean;
    readonly restarts: number;
    readonly stdoutLogfile: string;
    readonly dropped: number;
    readonly logTrouble: string;
    readonly spawnerr: string;
    readonly stderrLogfile: string;
  }[];
}
