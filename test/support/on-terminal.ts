import { join, resolve } from "node:path";
import { run } from "../ctl/run-ctl.ts";

const driver = resolve(import.meta.dirname, "drive_terminal.py");

/** What is done at the terminal: wait for a text, type one, run a command beside it, read to the end of the output, or close it. */
export type TerminalStep =
  | { readonly run: readonly string[] }
  | { readonly expect: string }
  | { readonly send: string }
  | { readonly expectEnd: true }
  | { readonly close: true };

export interface OnTerminal {
  readonly output: string;
  /** Negative: the signal that ended it. */
  readonly status: number | null;
  /** The step that never came true. */
  readonly missing: string | null;
}

export interface TerminalOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds; generous, for machines that are busy. */
  readonly timeout?: number;
}

/** Runs a command on a pseudo-terminal and does as a person would. @throws Error if the driver itself fails. */
export async function onTerminal(
  command: readonly string[],
  steps: readonly TerminalStep[],
  { cwd = process.cwd(), env = {}, timeout = 60 }: TerminalOptions = {},
): Promise<OnTerminal> {
  const script = JSON.stringify({ command, steps, timeout, env });
  const ran = await run("/usr/bin/python3", [driver, script], cwd);
  if (ran.stderr !== "") throw new Error(`${join("test/support", "drive_terminal.py")}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as OnTerminal;
}
