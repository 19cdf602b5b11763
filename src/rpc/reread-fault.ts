import type { Problem } from "../model/problem.ts";
import { Fault } from "../protocol/faults.ts";

/** The refusal of a call that has to read a config with mistakes: all of them, in one line. */
export function rereadFault(problems: readonly Problem[]): Fault {
  return new Fault("CANT_REREAD", problems.map(inOneLine).join("; "));
}

/** A file in Supervisor's format is complained of in Supervisor's words, which say where if they ever did; others get a place. */
function inOneLine({ message, place }: Problem): string {
  if (place === undefined || !/\.(?:[cm]?[jt]s|json)$/i.test(place.file)) return message;
  return `${message} (${place.file}:${place.line}:${place.column})`;
}
