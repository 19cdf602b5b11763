import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Model, ProcessSpec } from "../model/model.ts";
import type { Problem } from "../model/problem.ts";
import { programPath } from "../model/lint.ts";
import { isShellsOwn, splitCommand } from "../model/text/shell-words.ts";
import { findCommand } from "../supervisor/find-command.ts";

/**
 * What a model needs that this machine does not have: commands and folders, each told once per program. Warnings, since a daemon
 * looks again at each start: what is missing may be installed or made by then, or be there in the daemon's PATH only.
 *
 * @param cwd the daemon's folder, from which relative paths of commands and folders are looked up.
 */
export function lintMachine(
  model: Model,
  { env, cwd }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): Problem[] {
  const found = new Map<string, Problem>();
  for (const group of model.groups) {
    for (const process of group.processes) {
      const path = programPath(group, process);
      for (const problem of [...lintCommand(process, path, env["PATH"], cwd), ...lintDirectory(process, path, cwd)])
        found.set(JSON.stringify([problem.path, problem.message]), problem);
    }
  }
  return [...found.values()];
}

function lintCommand(
  { command, environment, directory }: ProcessSpec,
  program: readonly string[],
  ownPath: string | undefined,
  cwd: string,
): Problem[] {
  // A command line without words, or with open quotes, is told of as such.
  const split = splitCommand(command);
  const word = split.ok ? split.words[0] : undefined;
  if (word === undefined) return [];
  const found = findCommand(command, environment["PATH"] ?? ownPath, cwd);
  if (found.ok) return [];
  const path = [...program, "command"];
  const message = `${path.join(".")} cannot be started on this machine: ${found.message}`;
  return [{ message, hint: whatToDo(word, directory, environment["PATH"] !== undefined, cwd), path }];
}

function whatToDo(word: string, directory: string | null, hasOwnPath: boolean, cwd: string): string {
  if (isShellsOwn(word)) return "only a shell knows that: use sh -c '...'";
  if (!word.includes("/")) {
    const local = projectsOwn(word, directory, cwd);
    if (local !== undefined) return `the project has it: write ${local}`;
    return hasOwnPath ? "its environment has a PATH of its own" : "install it, or write its path";
  }
  if (word.startsWith("/")) return "check the path";
  const inside = directory === null ? null : resolve(cwd, directory, word);
  const meant = inside !== null && isThere(inside) ? `; ${inside} is there: write that` : "";
  return `a relative command is looked up from ${cwd}, whatever the directory of the program${meant}`;
}

/** Where the tools of npm and Python are that a project has for itself. */
const OWN_TOOLS = ["node_modules/.bin", ".venv/bin", "venv/bin"];

/** A command that npm scripts or an activated environment would find, by the path that is to be written for it. */
function projectsOwn(word: string, directory: string | null, cwd: string): string | undefined {
  const folders = directory === null ? [cwd] : [resolve(cwd, directory), cwd];
  const places = folders.flatMap((folder) => OWN_TOOLS.map((tools) => resolve(folder, tools, word)));
  const place = places.find((path) => isThere(path) === "file");
  return place === undefined ? undefined : relative(cwd, place);
}

function lintDirectory({ directory }: ProcessSpec, program: readonly string[], cwd: string): Problem[] {
  if (directory === null) return [];
  const folder = resolve(cwd, directory);
  const kind = isThere(folder);
  if (kind === "folder") return [];
  const path = [...program, "directory"];
  const message = `${path.join(".")} ${kind === null ? "does not exist" : "is no folder"}: ${folder}`;
  return [{ message, hint: "the program cannot be started without it", path }];
}

/** `null` also for what may not be looked at. */
function isThere(path: string): "folder" | "file" | null {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return null;
  }
}
