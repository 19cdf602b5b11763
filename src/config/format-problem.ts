import { codeFrame, madeVisible } from "./code-frame.ts";
import type { Problem } from "../model/problem.ts";

/** A mistake keeps a config from coming into force, a warning does not. */
export type Severity = "error" | "warning";

export interface FormatOptions {
  /** What the problems are called; default `error`. */
  readonly severity?: Severity;
  /** ANSI colours; default false. */
  readonly colour?: boolean;
  /** The text of a source file, for the code frame; `undefined` if it is not at hand. No frames without it. */
  readonly source?: (file: string) => string | undefined;
  /** Files below this folder are shown relative to it. */
  readonly relativeTo?: string;
}

/**
 * One problem for a terminal: `file:line:column: error: message`, the code frame, and the hint. Control characters in any part
 * are neutralised.
 */
export function formatProblem(problem: Problem, options: FormatOptions = {}): string {
  const paint = options.colour === true ? ansi : plain;
  const severity = options.severity ?? "error";
  const head = paint(COLOURS[severity], `${severity}: `) + paint("1", multiline(withoutEnvironment(problem.message)));
  const where = placeText(problem, options);
  const lines = [where === "" ? head : `${paint("36", where)}: ${head}`];
  const frame = frameOf(problem, options);
  if (frame !== "") lines.push(indent(frame));
  if (problem.hint !== undefined) lines.push(paint("32", indent(`hint: ${multiline(problem.hint)}`)));
  return lines.join("\n");
}

const COLOURS: Readonly<Record<Severity, string>> = { error: "1;31", warning: "1;33" };

/** All problems, separated by empty lines. */
export function formatProblems(problems: readonly Problem[], options: FormatOptions = {}): string {
  return problems.map((problem) => formatProblem(problem, options)).join("\n\n");
}

function placeText(problem: Problem, options: FormatOptions): string {
  const path = problem.path !== undefined && problem.path.length > 0 ? problem.path.join(".") : "";
  if (problem.place === undefined) return madeVisible(path);
  const base = options.relativeTo === undefined ? "" : `${options.relativeTo.replace(/\/+$/, "")}/`;
  const { file, line, column } = problem.place;
  const shown = base !== "" && file.startsWith(base) ? file.slice(base.length) : file;
  return `${madeVisible(shown)}:${line}:${column}`;
}

function frameOf(problem: Problem, options: FormatOptions): string {
  if (problem.place === undefined) return "";
  const source = options.source?.(problem.place.file);
  return source === undefined ? "" : codeFrame(source, problem.place);
}

/** Supervisor's message names each variable of the environment, which are more than anybody reads. */
function withoutEnvironment(message: string): string {
  return message.replace(/(?<=\. Available names: )ENV_[^,]*(?:, ENV_[^,]*)*(?=,|$)/, "ENV_*");
}

/** Captured output may come with a message, so its line breaks stay. */
function multiline(text: string): string {
  return text.split(/\r?\n/).map(madeVisible).join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

function ansi(codes: string, text: string): string {
  return `\u001b[${codes}m${text}\u001b[0m`;
}

function plain(_codes: string, text: string): string {
  return text;
}
