import { accessSync, constants, statSync } from "node:fs";
import { pathBelow } from "../files/path-below.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import { splitCommand } from "../model/text/shell-words.ts";

/** A command ready to be run, or Supervisor's text on why it cannot be, with the fault a caller gets. */
export type FoundCommand =
  | { readonly ok: true; readonly file: string; readonly argv: readonly string[] }
  | { readonly ok: false; readonly fault: "NO_FILE" | "NOT_EXECUTABLE"; readonly message: string };

/**
 * Splits and looks up a command line, as is done at every spawn attempt: a program may be installed while we wait.
 *
 * A word with a slash is looked up from `cwd`, the daemon's own folder, not the program's. Otherwise the first executable
 * file on `path` wins; Supervisor takes the first entry of that name even if it is a directory, which nobody wants.
 */
export function findCommand(command: string, path: string | undefined, cwd: string): FoundCommand {
  const split = splitCommand(command);
  if (!split.ok) return refuse("NOT_EXECUTABLE", `can't parse command ${pythonRepr(command)}: ${split.message}`);
  const [word] = split.words;
  if (word === undefined) return refuse("NOT_EXECUTABLE", "command is empty");

  const candidates = word.includes("/") ? [word] : searchPath(path).map((folder) => inFolder(folder, word));
  let firstHit: FoundCommand | null = null;
  for (const shown of candidates) {
    const file = pathBelow(cwd, shown);
    const refusal = refusalOf(file, pythonRepr(shown));
    if (refusal === null) return { ok: true, file, argv: split.words };
    if (refusal !== "missing") firstHit ??= refusal;
  }
  return firstHit ?? refuse("NO_FILE", `can't find command ${pythonRepr(word)}`);
}

function searchPath(path: string | undefined): readonly string[] {
  if (path === undefined || path === "") return ["/bin", "/usr/bin", "/usr/local/bin"];
  return path.split(":");
}

/** As Python joins them: an empty folder of PATH leaves the name alone, an empty name the folder. */
function inFolder(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

function refusalOf(file: string, shown: string): FoundCommand | "missing" | null {
  switch (lookAt(file)) {
    case "executable":
      return null;
    case "missing":
      return "missing";
    case "directory":
      return refuse("NOT_EXECUTABLE", `command at ${shown} is a directory`);
    case "plain":
      return refuse("NOT_EXECUTABLE", `command at ${shown} is not executable`);
    case "forbidden":
      return refuse("NOT_EXECUTABLE", `no permission to run command ${shown}`);
  }
}

type Kind = "executable" | "missing" | "directory" | "plain" | "forbidden";

/** What has been looked at in this turn of the event loop: a thousand programs may have one command, and start in a few turns. */
const SEEN = new Map<string, Kind>();

function lookAt(file: string): Kind {
  let kind = SEEN.get(file);
  if (kind === undefined) {
    kind = kindOf(file);
    if (SEEN.size === 0) setImmediate(() => SEEN.clear());
    SEEN.set(file, kind);
  }
  return kind;
}

function kindOf(file: string): Kind {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return "missing";
    if (stat.isDirectory()) return "directory";
    if ((stat.mode & 0o111) === 0) return "plain";
  } catch {
    return "missing";
  }
  try {
    accessSync(file, constants.X_OK);
    return "executable";
  } catch {
    return "forbidden";
  }
}

function refuse(fault: "NO_FILE" | "NOT_EXECUTABLE", message: string): FoundCommand {
  return { ok: false, fault, message };
}
