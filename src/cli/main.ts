import type { CliError } from "./cli-error.ts";
import { createProgram } from "./program.ts";
import { safeText } from "./render/safe-text.ts";
import { styler } from "./render/colors.ts";

/** The entry of `sup`: the only place of it that prints errors and chooses the exit status. */
async function main(): Promise<void> {
  try {
    await createProgram((status) => void (process.exitCode = status)).parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  const paint = styler(process.stderr);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(safeText(`${paint("red", "sup:")} ${message}\n`, process.stderr));
  if (isCliError(error)) {
    if (error.hint !== null) process.stderr.write(`${error.hint}\n`);
    return error.status;
  }
  if (process.env["SUP_DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}

/** By name: the tooling bundle has a class of its own. */
function isCliError(error: unknown): error is CliError {
  return error instanceof Error && error.name === "CliError";
}

void main();
