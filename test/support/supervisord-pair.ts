import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { markedProcesses } from "./marked-processes.ts";
import { sendSignal } from "./send-signal.ts";

const root = resolve(import.meta.dirname, "../..");
export const OURS = join(root, "bin/supervisord");
/** Debian's package is the reference: without it these tests cannot say anything, so they fail. */
export const REAL = "/usr/bin/supervisord";

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Put in front of the command, such as `["prlimit", "--nofile=100"]`. */
  readonly wrapper?: readonly string[];
}

/** Sides that are not closed yet. A test file that ends in the middle of a test leaves nothing behind either. */
const open = new Set<Side>();
process.once("exit", () => {
  for (const side of open) side.killAll();
});

/** A folder with a config and one of the two daemons. */
export class Side {
  readonly program: string;
  readonly folder: string;
  #lastPid = 0;
  #closed = false;
  readonly config: string;

  constructor(program: string) {
    if (!existsSync(program)) throw new Error(`${program} is missing: install Debian's package "supervisor"`);
    this.program = program;
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), program === REAL ? "pair-real-" : "pair-ours-")));
    chmodSync(this.folder, 0o755);
    this.config = join(this.folder, "supervisord.conf");
    open.add(this);
  }

  get isOurs(): boolean {
    return this.program === OURS;
  }

  get log(): string {
    return this.read("main.log");
  }

  /** The daemon's pid, from its pidfile; 0 while there is none. */
  get pid(): number {
    const pid = Number(this.read("s.pid"));
    if (pid > 0) this.#lastPid = pid;
    return pid;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** "" if it is not there. */
  read(name: string): string {
    try {
      return readFileSync(this.path(name), "utf8");
    } catch {
      return "";
    }
  }

  write(name: string, text: string, mode = 0o644): string {
    const file = this.path(name);
    mkdirSync(resolve(file, ".."), { recursive: true });
    writeFileSync(file, text.replaceAll("@", this.folder), { mode });
    return file;
  }

  /** Writes the config: main options, a unix server, and `text`. `@` stands for the folder. */
  configure(text: string, options = ""): void {
    this.write(
      "supervisord.conf",
      `[supervisord]\nlogfile=@/main.log\npidfile=@/s.pid\nchildlogdir=@/auto\n${options}\n` +
        "[unix_http_server]\nfile=@/s.sock\n[supervisorctl]\nserverurl=unix://@/s.sock\n" +
        "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n" +
        text,
    );
    mkdirSync(this.path("auto"), { recursive: true });
  }

  /** Runs the daemon's command until it returns. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return new Promise((answer, fail) => {
      const child = this.#spawn(args, options);
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.once("error", fail);
      // Not "close": a daemon may hold on to our pipes.
      child.once("exit", (status) => setImmediate(() => answer({ stdout, stderr, status })));
    });
  }

  /** Starts it in the foreground; it goes on running. */
  foreground(args: readonly string[] = [], options: RunOptions = {}): Foreground {
    const child = this.#spawn(["-n", "-c", this.config, ...args], options);
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = new Promise<number | null>((done) => child.once("close", (status) => done(status)));
    return { pid: child.pid ?? 0, said, ended };
  }

  /** Starts it in the background and waits until it says that it runs. */
  async start(args: readonly string[] = [], options: RunOptions = {}): Promise<void> {
    const ran = await this.run(["-c", this.config, ...args], options);
    if (ran.status !== 0) throw new Error(`${this.program} ended with ${ran.status}: ${ran.stderr}`);
    await this.until(/supervisord started with pid|could not write pidfile/);
  }

  /** Waits until the log matches. */
  until(pattern: RegExp | string): Promise<void> {
    const matches = (): boolean => (typeof pattern === "string" ? this.log.includes(pattern) : pattern.test(this.log));
    return eventually(matches, () => `${this.program}: waited in vain for ${pattern} in:\n${this.log}`);
  }

  /** `supervisorctl`, Debian's, on this side's daemon. */
  ctl(...words: string[]): string {
    try {
      return execFileSync("/usr/bin/supervisorctl", ["-c", this.config, ...words], { encoding: "utf8" });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  /** The log, without what differs from run to run: times, pids, and the folder. */
  lines(): string[] {
    return normalLines(this.log, this.folder);
  }

  /** Those lines that name a program. */
  linesOf(name: string): string[] {
    return this.lines().filter((line) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(line));
  }

  signal(signal: NodeJS.Signals): void {
    // While it restarts there is no pidfile for a moment; its pid stays the same.
    sendSignal(this.pid || this.#lastPid, signal);
  }

  /** Stops the daemon, if its pidfile names one that runs, and waits until it is gone. */
  async stop(): Promise<void> {
    const { pid } = this;
    if (pid === 0 || !lives(pid)) return;
    sendSignal(pid, "SIGTERM");
    await eventually(
      () => !lives(pid),
      () => `${this.program} does not end:\n${this.log}`,
    );
  }

  /**
   * Stops the daemon, and kills whatever was ever started from here and runs still: a pidfile may be missing, or be another's. From
   * here on nothing can be started: a test that ran out of time goes on by itself, and would leave a daemon behind.
   */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.stop();
    } finally {
      await eventually(
        () => this.killAll() === 0,
        () => `${this.program}: something of ${this.folder} does not end`,
      );
      open.delete(this);
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Kills what was started from here; returns how many processes that were. */
  killAll(): number {
    const left = markedProcesses(markOf(this.folder)).filter(lives);
    for (const pid of left) {
      try {
        sendSignal(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
    return left.length;
  }

  #spawn(args: readonly string[], options: RunOptions) {
    if (this.#closed) throw new Error(`${this.program} is not started: the test is over`);
    const [file = "", ...rest] = [...(options.wrapper ?? []), this.program, ...args];
    return spawn(file, rest, {
      // A session of its own: what is sent to its process group must not reach us.
      detached: true,
      cwd: options.cwd ?? this.folder,
      env: { ...cleanEnvironment(this.folder), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

export interface Foreground {
  readonly pid: number;
  readonly said: { readonly stdout: string; readonly stderr: string };
  /** The exit status, once all it said has been read. */
  readonly ended: Promise<number | null>;
}

/** Both daemons, ours first, each in a folder of its own. Close with `closePair`. */
export function makePair(): readonly [Side, Side] {
  return [new Side(OURS), new Side(REAL)];
}

export async function closePair(pair: readonly Side[]): Promise<void> {
  await Promise.all(pair.map((side) => side.close()));
}

/** Does the same on both sides at the same time. Waits for both, also if one fails: nothing goes on behind the test's back. */
export async function onBoth<T>(pair: readonly [Side, Side], action: (side: Side) => Promise<T>): Promise<[T, T]> {
  const doing = pair.map((side) => action(side));
  await Promise.allSettled(doing);
  return (await Promise.all(doing)) as [T, T];
}

export function normalLines(log: string, folder: string): string[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      line
        .replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /, "")
        .replaceAll(folder, "@")
        .replaceAll(/\bpid \d+/g, "pid PID")
        .replaceAll(/\(\d+\)/g, "(PID)"),
    );
}

/** Looks again and again until the fact holds; fails after a minute with what `why` says. */
export async function eventually(fact: () => boolean, why: () => string = () => "waited in vain"): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!fact()) {
    if (Date.now() > deadline) throw new Error(why());
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

export function lives(pid: number): boolean {
  try {
    // A zombie is dead: nobody in a container may be there to bury an orphan.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

function cleanEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: "/root",
    LC_ALL: "C.UTF-8",
    PWD: folder,
    // Python orders a set of strings by a seed of its own for each start; whether Supervisor sees `events=B,A` as a change of
    // `events=A,B` hangs on that: mostly not, and never with this one.
    PYTHONHASHSEED: "0",
    SUP_RUNTIME_DIR: join(folder, ".run"),
    SUP_STATE_DIR: join(folder, ".state"),
  };
}

/** In the environment of whatever was started from a side's folder, directly or not. */
function markOf(folder: string): string {
  return `SUP_STATE_DIR=${folder}/`;
}
