import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, rpc } from "../support/http.ts";
import { percentile, residentOf, World } from "./world.ts";

/** How an honest operator on the unix socket fared while an attack went on, and what the daemon spent on it. */
export interface Bystander {
  readonly answers: number;
  /** Milliseconds. */
  readonly p99: number;
  /** MiB of resident memory more than before. */
  readonly rssGrowth: number;
  /** MiB that the daemon read from files and sockets. */
  readonly read: number;
}

/** A daemon with doors that a stranger may try: a unix socket, a TCP port for everybody, and one with a password. */
export class Target {
  readonly world = new World();
  readonly socketPath = join(this.world.folder, "s.sock");
  /** Port without a password. */
  open = 0;
  /** Port with the password `pass` for `user`. */
  locked = 0;
  supervisorPid = 0;
  #operator: ChildProcess | null = null;

  /** Starts it with `programs`, and with `victim`, which runs. */
  async up(programs: Readonly<Record<string, object>> = {}, rest: object = {}): Promise<void> {
    [this.open, this.locked] = [await freePort(), await freePort()];
    const quiet = { command: "/bin/sleep 100000", stdoutLogfile: "NONE", startsecs: 0 };
    const all = { victim: { ...quiet, autorestart: true }, ...programs };
    this.world.configure(all, {
      ...rest,
      unixHttpServer: { file: this.socketPath },
      inetHttpServer: [
        { port: `127.0.0.1:${this.open}` },
        { name: "locked", port: `127.0.0.1:${this.locked}`, username: "user", password: "pass" },
      ],
    });
    await this.world.up();
    ({ supervisorPid: this.supervisorPid } = await this.world.status());
  }

  rpc(method: string, ...params: Parameters<typeof rpc>[2][]): Promise<unknown> {
    return rpc({ socketPath: this.socketPath }, method, ...params);
  }

  /** Carries out an attack while an operator asks for the state again and again. */
  async during<T>(attack: () => Promise<T>): Promise<{ result: T; bystander: Bystander }> {
    const operator = (this.#operator ??= await startOperator(this.socketPath));
    const [rssBefore, readBefore] = [residentOf(this.supervisorPid), bytesReadBy(this.supervisorPid)];
    operator.send("go");
    let times: number[] = [];
    let result: T;
    try {
      result = await attack();
    } finally {
      operator.send("enough");
      times = await timesOf(operator);
    }
    const bystander = {
      answers: times.length,
      p99: round(percentile(times, 0.99)),
      rssGrowth: round(residentOf(this.supervisorPid) - rssBefore),
      read: round((bytesReadBy(this.supervisorPid) - readBefore) / (1 << 20)),
    };
    return { result, bystander };
  }

  /** What an attack must not have broken: the same supervisor runs, answers, and has had no internal error. */
  async brokenPromises(): Promise<string[]> {
    const broken: string[] = [];
    const { supervisorPid } = await this.world.status();
    if (supervisorPid !== this.supervisorPid) broken.push("the supervisor died of it");
    if (!existsSync(this.world.mainLog)) return broken;
    const internal = readFileSync(this.world.mainLog, "utf8")
      .split("\n")
      .filter((line) => / (?:ERRO|CRIT) /.test(line) && !EXPECTED.test(line));
    if (internal.length > 0) broken.push(`${internal.length} errors in the main log: ${internal[0]}`);
    return broken;
  }

  async close(): Promise<void> {
    this.#operator?.disconnect();
    await this.world.close();
  }
}

/** What Supervisor tells of at this level, too: a server without a password, and bodies that are no XML-RPC. */
const EXPECTED =
  /without any HTTP authentication|XML-RPC request data .* is invalid: (?:unmarshallable|no method name)/;

async function startOperator(socketPath: string): Promise<ChildProcess> {
  const operator = fork(join(import.meta.dirname, "operator.mjs"), [socketPath], { execArgv: [] });
  await answerOf(operator);
  return operator;
}

async function timesOf(operator: ChildProcess): Promise<number[]> {
  const { times } = (await answerOf(operator)) as { times: number[] };
  return times;
}

/** What it says next. Rejects if it ends instead, such as by a call that was not answered. */
async function answerOf(operator: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(operator, "exit", { signal }).then(() => Promise.reject(new Error("the operator got no answer")));
  try {
    const [message] = (await Promise.race([once(operator, "message", { signal }), ended])) as [unknown];
    return message;
  } finally {
    ended.catch(() => {});
    over.abort();
  }
}

function bytesReadBy(pid: number): number {
  const found = /^rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "latin1"));
  return Number(found?.[1] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
