import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import type { Problem } from "../../model/problem.ts";
import { checkStrictModes, gatherPathFacts } from "../strict-modes.ts";
import { bundleConfig } from "./bundle-config.ts";
import { describe, ErrorPlaces } from "./error-problem.ts";
import type { EvaluationAnswer, EvaluationRequest, EvaluationSources } from "./evaluation.ts";
import { findUnplainValues } from "./unplain-values.ts";
import { NoConfigError, runBundle } from "./run-bundle.ts";
import { takeHandlers } from "./take-handlers.ts";

const ANSWER_FD = 3;

/**
 * The life of an evaluator process: compile, tell of which files, check whose they are, run, answer once, end. `library` is the module that
 * `import "sup"` means. The process always ends here, even if the config left timers or servers behind.
 *
 * The config shares this process, so all that can end it is caught: exit, an unhandled rejection, an event loop run dry.
 * What cannot be caught (endless loop, SIGKILL, out of memory) is seen by the parent as a missing answer.
 */
export async function evaluateConfig(request: EvaluationRequest, library: string): Promise<void> {
  let answered = false;
  const end = process.exit.bind(process);
  const answer = (content: EvaluationAnswer): void => {
    if (answered) return;
    answered = true;
    tell(content);
    end(0);
  };

  const bundle = await bundleConfig(request.file, library);
  const { files, absent } = bundle.sources;
  tell({ files, absent });
  if (!bundle.ok) return answer({ problems: bundle.problems, warnings: [] });
  const strict = request.strict === null ? null : checkStrictModes(gatherPathFacts(files), request.strict);
  const warnings = [...bundle.warnings, ...(strict?.warnings ?? [])];
  if (strict !== null && strict.refused.length > 0) return answer({ problems: strict.refused, warnings });

  const places = new ErrorPlaces(request.file, bundle.map, bundle.sources);
  const fail = (...problems: readonly Problem[]): void => answer({ problems, warnings });
  catchEnds(places, fail);
  // What was kept from this process, lest it reach into it, and what its shell dropped.
  for (const [name, value] of Object.entries(request.context.env)) process.env[name] ??= value;
  try {
    const exported = await runBundle(bundle.code, request.file, request.context);
    const { config, problems: wrong } = takeHandlers(exported);
    const problems = [...wrong, ...findUnplainValues(config)];
    if (config === undefined) fail(nothingExported(request.file));
    else if (problems.length > 0) fail(...problems);
    else answer({ config, problems, warnings, build: hashOf(bundle.code) });
  } catch (error) {
    if (error instanceof NoConfigError) fail(nothingExported(request.file));
    else fail(places.problem(error, "the config threw", "correct it; nothing of it has been applied"));
  }
}

function catchEnds(places: ErrorPlaces, fail: (problem: Problem) => void): void {
  const hint = "a config returns a value or throws an Error; it must not end the process";
  process.exit = ((code?: number): never => {
    fail(places.problem(new Error(`process.exit(${code ?? ""})`), "the config ended its process", hint));
    throw new Error("unreachable");
  }) as typeof process.exit;
  process.on("uncaughtException", (error, origin) => {
    const what =
      origin === "unhandledRejection" ? "the config left a rejected promise unhandled" : "the config threw later";
    fail(places.problem(error, what, "await the promise, or handle its error"));
  });
  process.on("beforeExit", () => {
    fail({
      message: "the config waits for something that never comes: nothing is left that could settle its promise",
      hint: "look for an await whose promise is never resolved",
      path: [],
    });
  });
}

/** Of the code as compiled: comments and formatting do not count. */
function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex").slice(0, 16);
}

function nothingExported(file: string): Problem {
  return {
    message: "the config exports nothing",
    hint: "write `export default defineConfig({ ... })`",
    place: { file, line: 1, column: 1 },
  };
}

function tell(content: EvaluationSources | EvaluationAnswer): void {
  writeAll(`${JSON.stringify(content)}\n`);
}

// The descriptor may be non-blocking (a socket pair): a full buffer is no error, the parent is reading.
function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(ANSWER_FD, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

/** An answer for a failure of the evaluator itself, such as esbuild missing from the installation. */
export function answerFailure(error: unknown, file: string): void {
  const problem: Problem = {
    message: `cannot compile the config: ${describe(error)}`,
    hint: "is `sup` installed completely (with its dependency esbuild)?",
    place: { file, line: 1, column: 1 },
  };
  tell({ files: [file], absent: [] });
  tell({ problems: [problem], warnings: [] });
}
