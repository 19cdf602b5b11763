import type { BuildContext, ConfigPath } from "./build-context.ts";
import { pythonRepr } from "./python-repr.ts";

/** Checks the name of a program, group or process: the characters that namespecs and log lines are split at are out. */
export function checkName(context: BuildContext, path: ConfigPath, name: string): void {
  const bad = [" ", ":", "/"].find((character) => name.includes(character));
  if (bad !== undefined) {
    context.problem(path, `Invalid name: ${pythonRepr(name)} because of character: ${pythonRepr(bad)}`);
  } else if (name.trim() === "") {
    context.problem(path, "Invalid name: a name must not be empty");
  } else if (/\p{Cc}/u.test(name)) {
    context.problem(path, `Invalid name: ${pythonRepr(name)} contains a control character`);
  }
}
