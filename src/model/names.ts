import type { BuildContext, ConfigPath } from "./build/build-context.ts";
import { pythonRepr } from "./text/python-repr.ts";

/** Checks the name of a program, group or process: the characters that namespecs and log lines are split at are out. */
export function checkName(context: BuildContext, path: ConfigPath, name: string): void {
  const mistake = nameMistake(name);
  if (mistake === null) return;
  if (path.at(-1) === "processName") context.problem(path, mistake);
  else context.problem(path, mistake, undefined, "key");
}

/** Why a text cannot be such a name, or `null` if it can. */
export function nameMistake(name: string): string | null {
  const bad = [" ", ":", "/"].find((character) => name.includes(character));
  if (bad !== undefined) return `Invalid name: ${pythonRepr(name)} because of character: ${pythonRepr(bad)}`;
  if (name.trim() === "") return "Invalid name: a name must not be empty";
  if (/\p{Cc}/u.test(name)) return `Invalid name: ${pythonRepr(name)} contains a control character`;
  // No file and no address can hold it; a config can, as `"\ud800"`.
  return /\p{Cs}/u.test(name) ? `Invalid name: ${pythonRepr(name)} contains half a character, a lone surrogate` : null;
}
