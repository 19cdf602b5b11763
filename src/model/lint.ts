import type { GroupSpec, Model, ProcessSpec } from "./model.ts";
import type { Problem } from "./problem.ts";
import { splitCommand } from "./text/shell-words.ts";
import { closest } from "./text/suggest.ts";

/** `commands`: only commands that can never be started. `all`: also what was most likely meant otherwise. */
export type LintScope = "commands" | "all";

/**
 * What is allowed in a model but hardly meant: warnings, each told once per program. Supervisor says nothing of them until a
 * program fails.
 *
 * Theory. A command line is split into words without a shell, so what a shell would have acted upon (`|`, `&&`, `>`,
 * `$HOME`) reaches the program as a plain word. Quoted text is left alone, since whoever quotes means the character.
 *
 * @param scope files of Supervisor's format get `commands`: what runs there has long been seen to run.
 */
export function lintModel(model: Model, scope: LintScope): Problem[] {
  const found = new Map<string, Problem>();
  for (const group of model.groups) {
    for (const problem of doubtsAbout(group, scope))
      found.set(JSON.stringify([problem.path, problem.message]), problem);
  }
  return [...found.values()];
}

/** A group that did not change is the same object in the next model. */
const KNOWN: Readonly<Record<LintScope, WeakMap<GroupSpec, readonly Problem[]>>> = {
  commands: new WeakMap(),
  all: new WeakMap(),
};

function doubtsAbout(group: GroupSpec, scope: LintScope): readonly Problem[] {
  const known = KNOWN[scope].get(group);
  if (known !== undefined) return known;
  const doubts = group.processes.flatMap((process) => {
    const path = programPath(group, process);
    return [...lintCommand(path, process.command, scope), ...(scope === "all" ? lintNames(path, process) : [])];
  });
  KNOWN[scope].set(group, doubts.length === 0 ? NO_DOUBTS : doubts);
  return doubts;
}

const NO_DOUBTS: readonly Problem[] = [];

/** Where the program of a process is in the config. */
export function programPath(group: GroupSpec, { program }: ProcessSpec): readonly string[] {
  return [partOf(group), program];
}

function partOf(group: GroupSpec): string {
  switch (group.kind) {
    case "program":
    case "group":
      return "programs";
    case "fcgi":
      return "fcgiPrograms";
    case "eventlistener":
      return "eventlisteners";
  }
}

function lintCommand(programPath: readonly string[], command: string, scope: LintScope): Problem[] {
  const path = [...programPath, "command"];
  const split = splitCommand(command);
  const shown = path.join(".");
  if (!split.ok) {
    const fault = split.message === "No closing quotation" ? "has an unclosed quote" : "ends with a lone backslash";
    return [
      {
        message: `${shown} ${fault}, so that it cannot be started (${split.message})`,
        hint: "close it, or double the backslash",
        path,
      },
    ];
  }
  if (split.words.length === 0)
    return [{ message: `${shown} is empty: there is nothing to start`, hint: 'such as "node server.js"', path }];
  if (scope === "commands") return [];
  const sign = operatorIn(command, split.words) ?? variableIn(command, split.words);
  if (sign === null) return [];
  const variable = /^\$\{?(\w+)/.exec(sign)?.[1];
  const message = `${shown} has ${sign} in it, which only a shell understands: the program gets it as a plain word`;
  const other = variable === undefined ? "" : `, or %(ENV_${variable})s for a variable of the daemon`;
  return [{ message, hint: `use sh -c '...'${other}`, path }];
}

const QUOTED = /\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"/g;
const OPERATOR = /^(?:\|\|?|&&?|;|\d?<<?|(?:\d|&)?>>?(?:&\d)?|(?:\d|&)?>>?[\w./~$-].*)$/;

function operatorIn(command: string, words: readonly string[]): string | null {
  const bare = command.replaceAll(QUOTED, "_").split(/[ \t\r\n]+/);
  const found = bare.find((word) => OPERATOR.test(word));
  // `find -exec rm {} ;` wants the word itself, and needs no backslash without a shell.
  if (found !== undefined && (found !== ";" || !words.some((word) => /^-(?:exec|ok)(?:dir)?$/.test(word))))
    return found;
  return bare.some((word) => /[^;];$/.test(word)) ? ";" : null;
}

const SHELL = /(?:^|\/)(?:sh|ash|bash|dash|ksh|zsh|fish)$/;

/** Names in capitals only: other languages, such as nginx's and awk's, have variables of their own in double quotes. */
function variableIn(command: string, words: readonly string[]): string | null {
  const shell = words.findIndex((word) => SHELL.test(word));
  if (shell !== -1 && words.slice(shell + 1).some((word) => /^-[a-z]*c$/.test(word))) return null;
  const open = command.replaceAll(/\\[^]|'[^']*'/g, "_");
  return /\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*\})/.exec(open)?.[0] ?? null;
}

const NAMES = ["program_name", "group_name", "process_num", "numprocs", "here", "host_node_name"];
const PLACEHOLDER = /%\(([^()%]+)\)[#0 +-]*\d*[sdi]/g;

/** `%` is special only in front of a known name, so that a misspelt one stays in the text. */
function lintNames(path: readonly string[], process: ProcessSpec): Problem[] {
  const texts: [key: readonly string[], text: string | null][] = [
    [["command"], process.command],
    [["directory"], process.directory],
    ...Object.entries(process.environment).map(([name, text]): [string[], string] => [["environment", name], text]),
    ...(["stdout", "stderr"] as const).map((stream): [string[], string | null] => {
      const { logfile } = process[stream];
      return [[`${stream}Logfile`], logfile.kind === "file" ? logfile.path : null];
    }),
  ];
  // An expression takes longer to begin than most texts, which have no placeholder, take to look through.
  const templates = texts.filter(([, text]) => text?.includes("%(") === true);
  return templates.flatMap(([key, text]) =>
    [...(text ?? "").matchAll(PLACEHOLDER)].flatMap(([, name = ""]): Problem[] => {
      const meant = /^env_/i.test(name) ? `ENV_${name.slice(4)}` : closest(name, NAMES);
      if (meant === null || meant === name || NAMES.includes(name)) return [];
      const at = [...path, ...key];
      return [
        {
          message: `${at.join(".")} has %(${name})s in it, which stays as it is`,
          hint: `did you mean %(${meant})s?`,
          path: at,
        },
      ];
    }),
  );
}
