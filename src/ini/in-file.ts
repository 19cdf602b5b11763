import type { Place, Problem } from "../model/problem.ts";
import { FCGI_KEYS, LISTENER_KEYS, PROCESS_KEYS, PROGRAM_KEYS, optionName } from "./key-table.ts";

type Path = readonly (string | number)[];

/** Where the parts of a config object come from. Keys are JSON of their paths. */
export interface Origins {
  readonly places: ReadonlyMap<string, Place>;
  /** The sections of programs, such as `fcgi-program:web`. */
  readonly sections: ReadonlyMap<string, string>;
}

/**
 * A problem of the config object as one of the files that it was read from: with its place, and in their words, since nobody
 * who wrote a `supervisord.conf` has heard of `programs.web.stdoutLogfile`.
 */
export function inFile(problem: Problem, { places, sections }: Origins): Problem {
  const { path = [], hint } = problem;
  const place = problem.place ?? nearestPlace(places, path);
  const message = withSections(inWords(problem.message, path, sections), sections);
  return { ...problem, message, ...(hint && { hint: withKeys(hint) }), ...(place && { place }) };
}

/** Where a part of the config was written, or the nearest thing around it. */
export function nearestPlace(places: Origins["places"], path: Path): Place | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const place = places.get(JSON.stringify(path.slice(0, length)));
    if (place) return place;
  }
  return undefined;
}

/** `programs.web.command is empty` as `[program:web] command is empty`. */
function inWords(message: string, path: Path, sections: Origins["sections"]): string {
  const section = sections.get(JSON.stringify(path.slice(0, 2)));
  const written = path.join(".");
  if (section === undefined || !message.startsWith(`${written} `)) return message;
  const [, , option, ...more] = path;
  const key = option === undefined ? [] : [keyName(String(option))];
  return [`[${section}]`, ...key, ...more].join(" ") + message.slice(written.length);
}

/** Others that the message names. */
function withSections(message: string, sections: Origins["sections"]): string {
  return message.replaceAll(/\b(programs|fcgiPrograms|eventlisteners|groups)\.(\S+)/g, (written, part, name) => {
    const section = sections.get(JSON.stringify([part, name]));
    return section === undefined ? written : `[${section}]`;
  });
}

function withKeys(hint: string): string {
  return hint.replaceAll(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => (OPTIONS.has(word) ? keyName(word) : word));
}

const OPTIONS: ReadonlySet<string> = new Set(
  [...PROGRAM_KEYS, ...PROCESS_KEYS, ...FCGI_KEYS, ...LISTENER_KEYS, { key: "process_name" }].map(({ key }) =>
    optionName(key),
  ),
);

/** `stdoutLogfileMaxbytes` -> `stdout_logfile_maxbytes`: the name of the same option in a `supervisord.conf`. */
function keyName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
