import type { CliError } from "./cli-error.ts";
import { endWithTerminal } from "./gone-terminal.ts";
import { restoreEnvironment } from "./start/full-environment.ts";
import { renderedHelp, type HelpTexts } from "./help/help-texts.ts";
import { guardTerminal, safeText } from "./render/safe-text.ts";
import { styler } from "./render/colors.ts";
import { tellUnwritable } from "./unwritable.ts";
import { version } from "./version.ts";

/** The entry of `sup`: the only place of it that prints errors and chooses the exit status. */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (!words.includes("--raw")) for (const stream of [process.stdout, process.stderr]) guardTerminal(stream);
  tellUnwritable(process.stdout, process.stderr);
  endWithTerminal();
  try {
    if (await runShort(words)) return endIfWritten();
    restoreEnvironment();
    const { createProgram, withShellAction } = beside<typeof import("./program.ts")>("commands.cjs");
    const program = createProgram((status) => void (process.exitCode = status));
    await program.parseAsync(withShellAction(words), { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/**
 * What is typed most: most of the time of these is the start of Node and the reading of our own code, so that they need as little of it
 * as can be.
 *
 * @returns whether it was one of them.
 */
async function runShort(words: readonly string[]): Promise<boolean> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-v")) {
    process.stdout.write(`${version}\n`);
    return true;
  }
  if (words.length === 2 && words[0] === "completions" && !words[1]?.startsWith("-")) {
    const { completionScript } = await import("./help/completion-scripts.ts");
    process.stdout.write(completionScript(words[1] ?? ""));
    return true;
  }
  const help = renderedHelp(words, process.stdout.columns, () => beside<HelpTexts>("help.json"));
  if (help !== null) {
    process.stdout.write(help);
    return true;
  }
  const shown = statusWords(words);
  if (shown === null) return false;
  const [{ findProject }, { status }] = await Promise.all([
    import("./running/find-project.ts"),
    import("./commands/status.ts"),
  ]);
  const project = await findProject(shown.config);
  if (project.warning !== null) process.stderr.write(`sup: ${project.warning}\n`);
  process.exitCode = await status(project, shown.names, shown);
  return true;
}

/** Node takes its heap apart when a program ends by itself, 2 ms of 40; a reader that is slow is waited for. */
function endIfWritten(): void {
  // Not at once: that a write failed is heard in the turn after it.
  setImmediate(() => {
    if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
  });
}

/** What the build put beside this bundle. A path put together at run time: the bundler would take it in. */
function beside<Content>(file: string): Content {
  return require([".", file].join("/")) as Content;
}

/** `sup [-c FILE] status [names] [--json]` as it is typed a hundred times a day; anything else is for the parser of commands. */
function statusWords(words: readonly string[]): StatusWords | null {
  const named = words[0] === "-c" || words[0] === "--config";
  const [command, ...rest] = words.slice(named ? 2 : 0);
  const names = rest.filter((word) => word !== "--json");
  if (command !== "status" || names.some((name) => name.startsWith("-"))) return null;
  return { config: named ? words[1] : undefined, names, json: names.length < rest.length };
}

interface StatusWords {
  readonly config: string | undefined;
  readonly names: readonly string[];
  readonly json: boolean;
}

function report(error: unknown): number {
  const paint = styler(process.stderr);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(safeText(`${paint("red", "sup:")} ${message}\n`, process.stderr));
  if (isCliError(error)) {
    if (error.hint !== null) process.stderr.write(`${error.hint}\n`);
    return error.status;
  }
  if ((error as NodeJS.ErrnoException | null)?.syscall === "uv_cwd")
    process.stderr.write("The folder that this shell is in has been removed: change to one that exists.\n");
  if (process.env["SUP_DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}

/** By name: the tooling bundle has a class of its own. */
function isCliError(error: unknown): error is CliError {
  return error instanceof Error && error.name === "CliError";
}

void main();
