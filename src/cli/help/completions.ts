import type { Command } from "commander";
import { initTemplates } from "../commands/init.ts";
import { findProject } from "../running/find-project.ts";

/** Commands whose arguments are names of programs. */
const TAKES_NAMES = new Set(["up", "status", "ps", "start", "stop", "restart", "signal", "pid", "logs"]);

/** What options may be given, by their flags. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "--mode <mode>": ["development", "production"],
  "--output <format>": ["prefixed", "json"],
};

/**
 * What may come next on a command line: `words` are those after `sup`, the last one being typed (it may be empty). Names
 * come from the running daemon; nothing that the user typed is ever evaluated. Nothing: a shell offers files.
 */
export async function candidates(program: Command, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const command = before.reduce<Command>((at, word) => at.commands.find((one) => one.name() === word) ?? at, program);
  const option = [...command.options, ...program.options].find((one) =>
    [one.long, one.short].includes(before.at(-1) ?? ""),
  );
  if (option?.required === true) return (VALUES[option.flags] ?? []).filter((word) => word.startsWith(typed));
  const found = typed.startsWith("-")
    ? [...optionsOf(command), ...(command === program ? [] : everywhere(program))]
    : [...subcommandsOf(command), ...(await argumentsOf(command.name(), before))];
  return found.filter((word) => word.startsWith(typed));
}

function optionsOf(command: Command): string[] {
  return [...command.options.map((option) => option.long ?? option.short ?? ""), "--help"];
}

/** Options of `sup` itself that take a value, such as --config, may stand behind a command, too. */
function everywhere(program: Command): string[] {
  return program.options.filter((option) => option.required).map((option) => option.long ?? "");
}

function subcommandsOf(command: Command): string[] {
  return command.commands.map((one) => one.name()).filter((name) => !name.startsWith("__"));
}

async function argumentsOf(command: string, before: readonly string[]): Promise<string[]> {
  if (command === "init") return initTemplates();
  if (command === "completions") return ["bash", "zsh", "fish"];
  if (command === "signal" && before.at(-1) === "signal")
    return ["HUP", "INT", "TERM", "USR1", "USR2", "QUIT", "KILL", "WINCH"];
  if (!TAKES_NAMES.has(command)) return [];
  try {
    const flag = before.findIndex((word) => word === "-c" || word === "--config");
    const { client } = await findProject(flag === -1 ? undefined : before[flag + 1]);
    const { processes } = await client.call("status", {});
    const groups = processes.filter((one) => one.group !== one.name).map((one) => `${one.group}:*`);
    return [...new Set([...processes.flatMap((one) => [one.program, one.namespec]), ...groups])];
  } catch {
    return [];
  }
}
