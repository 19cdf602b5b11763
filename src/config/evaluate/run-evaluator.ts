import { spawn, type ChildProcess } from "node:child_process";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Problem } from "../../model/problem.ts";
import type { EvaluationAnswer, EvaluationRequest, EvaluationSources } from "./evaluation.ts";

export interface EvaluatorOptions {
  /** Absolute path of the built evaluator program (dist/evaluator.cjs). */
  readonly evaluator: string;
  /** Whom to become; `null` stays. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  /** Wall clock for everything, milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

export interface Evaluation extends EvaluationAnswer, EvaluationSources {
  /** What the config printed, the first 64 KiB. */
  readonly output: string;
}

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT = 64 * 1024;
const MAX_ANSWER = 16 * 1024 * 1024;
const HEAP_MB = 256;
/**
 * Limits of the process itself, in force even if this process dies and cannot kill it: seconds of processor time; KiB of
 * data, since buffers lie outside of the JavaScript heap; no core file. `-d` counts what is writable and private, so the address
 * space that V8 and Go merely reserve is free. A system without one of them goes on without.
 */
const LIMITS = 'ulimit -t 30 2>/dev/null; ulimit -d 1048576 2>/dev/null; ulimit -c 0 2>/dev/null; exec "$0" "$@"';

/**
 * Evaluates a config in a process of its own. Never rejects and never takes longer than the time limit: whatever the config
 * does, the result is a config or problems. Afterwards its whole process group is killed; only what left the group
 * (setsid) can outlive it.
 */
export async function runEvaluator(request: EvaluationRequest, options: EvaluatorOptions): Promise<Evaluation> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const child = launch(request, options);
  const output = new CappedText(MAX_OUTPUT);
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => output.add(chunk));
  swallowErrors(child);
  child.stdin?.end(JSON.stringify(request));

  const { end, lines } = await firstEnd(child, timeoutMs);
  killGroup(child);
  // What was printed before the answer waits to be read, and the answer may have been read first: by then all of it has been.
  for (let turn = 0; turn < 2; turn++) await nextTurn();
  // A grandchild that escaped may hold the pipes open; nothing more is wanted from them.
  for (const stream of child.stdio) stream?.destroy();
  const [sources, answer] = lines;
  const known = parseSources(sources) ?? { files: [request.file], absent: [] };
  return { ...known, ...interpret(end, answer, output.text(), timeoutMs), output: output.text() };
}

function launch(request: EvaluationRequest, options: EvaluatorOptions): ChildProcess {
  const flags = [
    `--max-old-space-size=${HEAP_MB}`,
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "--stack-trace-limit=50",
  ];
  const env: Record<string, string | undefined> = { ...request.context.env };
  // These would reach into the evaluator itself (a debugger that waits, a preloaded hook), not into the config.
  for (const name of ["NODE_OPTIONS", "NODE_V8_COVERAGE", "ESBUILD_BINARY_PATH", "ENV"]) delete env[name];
  return spawn("/bin/sh", ["-c", LIMITS, process.execPath, ...flags, options.evaluator], {
    cwd: dirname(request.file),
    env,
    // A group of its own, so that one signal reaches the compiler's helper and whatever the config spawned.
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    ...options.user,
  });
}

type End =
  | { readonly kind: "answer" }
  | { readonly kind: "exit"; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: "timeout" }
  | { readonly kind: "flood" }
  | { readonly kind: "unstartable"; readonly error: Error };

/**
 * The second line on fd 3 is the answer; it counts even if the process never ends. An exit counts once fd 3 is drained. Resolves with
 * the lines that came in whole, too.
 */
function firstEnd(
  child: ChildProcess,
  timeoutMs: number,
): Promise<{ readonly end: End; readonly lines: readonly string[] }> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish({ kind: "timeout" }), timeoutMs);
    const finish = (end: End): void => {
      clearTimeout(timer);
      resolve({ end, lines: Buffer.concat(pieces).toString("utf8").split("\n").slice(0, -1) });
    };
    const pieces: Buffer[] = [];
    let size = 0;
    let lines = 0;
    const answers = child.stdio[3] as Readable | null;
    const drained = new Promise<void>((done) => {
      if (answers === null) done();
      else answers.once("close", done);
    });
    answers?.on("data", (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      lines += piece.filter((byte) => byte === NEWLINE).length;
      if (lines > 1) finish({ kind: "answer" });
      else if (size > MAX_ANSWER) finish({ kind: "flood" });
    });
    child.once("error", (error) => finish({ kind: "unstartable", error }));
    child.once("exit", (code, signal) => void drained.then(() => finish({ kind: "exit", code, signal })));
  });
}

const NEWLINE = 10;

function interpret(end: End, answer: string | undefined, output: string, timeoutMs: number): EvaluationAnswer {
  switch (end.kind) {
    case "answer":
      return (
        parseAnswer(answer) ?? failed("the config wrote to file descriptor 3, which is reserved", "leave it alone")
      );
    case "timeout":
      return failed(
        `the config did not finish within ${timeoutMs / 1000} seconds and was killed`,
        "look for an endless loop, or an await on something slow; a config should only describe programs",
      );
    case "flood":
      return failed(
        `the config is larger than ${MAX_ANSWER / 1024 / 1024} MB`,
        "a config should only describe programs",
      );
    case "exit":
      return explainExit(end, output);
    case "unstartable":
      return failed(`the evaluator could not be started: ${end.error.message}`, "is `sup` installed completely?");
  }
}

function explainExit(end: End & { kind: "exit" }, output: string): EvaluationAnswer {
  // V8 says so on stderr, then aborts.
  if (/heap out of memory|Reached heap limit|Allocation failed/.test(output)) {
    return failed(
      `the config needs more than ${HEAP_MB} MB of memory and was ended`,
      "look for a list that grows without end",
    );
  }
  const how = end.signal === null ? `with status ${end.code ?? "?"}` : `by signal ${end.signal}`;
  return failed(`the config ended its process ${how} before it returned a value`, "look for what ends the process");
}

/** A problem of the config as a whole; an empty path stands for its default export. */
function failed(message: string, hint: string): EvaluationAnswer {
  const problem: Problem = { message, hint, path: [] };
  return { problems: [problem], warnings: [] };
}

function parseSources(text = ""): EvaluationSources | null {
  try {
    const value = JSON.parse(text) as Partial<EvaluationSources> | null;
    const lists = [value?.files, value?.absent];
    const valid = lists.every((list) => Array.isArray(list) && list.every((path) => typeof path === "string"));
    return valid ? (value as EvaluationSources) : null;
  } catch {
    return null;
  }
}

// The config can write to fd 3 as well, so the shape is not taken on trust; the model checks the config itself.
function parseAnswer(text = ""): EvaluationAnswer | null {
  try {
    const value = JSON.parse(text) as Partial<EvaluationAnswer> | null;
    const lists = [value?.problems, value?.warnings];
    if (value === null || !lists.every((list) => Array.isArray(list))) return null;
    if (value.build !== undefined && !/^[0-9a-f]+$/.test(String(value.build))) return null;
    const messages = [...(value.problems ?? []), ...(value.warnings ?? [])];
    if (!messages.every((problem) => typeof problem?.message === "string")) return null;
    return value as EvaluationAnswer;
  } catch {
    return null;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // ESRCH: the whole group is gone already.
  }
}

/** A config that ends early breaks its pipes; that is told by its exit. */
function swallowErrors(child: ChildProcess): void {
  for (const stream of child.stdio) stream?.on("error", () => {});
}

/** Keeps the beginning of a stream and lets the rest run away, so that a flood neither blocks the writer nor fills us. */
class CappedText {
  readonly #limit: number;
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    const room = this.#limit - this.#size;
    if (room <= 0) return;
    // Copied: a slice would keep the whole chunk alive.
    const piece = Buffer.from(chunk.subarray(0, room));
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }
}
