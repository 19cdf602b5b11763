import { printKey } from "../../ini/print-value.ts";
import { isShellsOwn } from "../../model/text/shell-words.ts";
import { TEMPLATE_NAME } from "../../model/text/template.ts";
import { CliError } from "../cli-error.ts";
import { typedSup } from "../running/typed-sup.ts";

/** A starter config and what it was made from, in words. */
export interface Starter {
  readonly text: string;
  readonly source: string;
  /** Lines of a Procfile that name no program, as they stand there. */
  readonly passedOver: readonly string[];
}

/** What a folder says about the programs of its project; `null` for a file that is not there. */
export interface FolderFacts {
  /** Of `Procfile.dev` if there is one. */
  readonly procfile: string | null;
  readonly packageJson: string | null;
  /** Names of all files in it. */
  readonly files: readonly string[];
  /** Text of `.env`; `null` if there is none. */
  readonly env?: string | null;
}

interface StarterProgram {
  readonly name: string;
  readonly command: string;
  /** A shell or the like of npm stands between us and the program: a stop has to reach all of them. */
  readonly group: boolean;
  readonly port: number | null;
  /** It is meant to end, and is not started again. */
  readonly once: boolean;
}

/**
 * Makes a config of what is there already: a Procfile, else the scripts of a package.json. `null` if neither names a program.
 * Pure: the caller has looked at the folder.
 *
 * @throws CliError for a package.json that is none, if it comes to that.
 */
export function starterFor(facts: FolderFacts): Starter | null {
  const envFile = facts.files.includes(".env");
  // A port that is said there is meant.
  const hasPort = /^\s*(?:export\s+)?PORT\s*=/m.test(facts.env ?? "");
  const { programs, passedOver } = readProcfile(facts.procfile ?? "", hasPort);
  const source = facts.files.includes("Procfile.dev") ? "Procfile.dev" : "Procfile";
  if (programs.length > 0) return { text: print(programs, envFile), source, passedOver };
  const fromScripts = facts.packageJson === null ? [] : scriptPrograms(facts.packageJson, facts.files);
  if (fromScripts.length > 0)
    return { text: print(fromScripts, envFile), source: "the scripts of package.json", passedOver };
  return null;
}

/** The lines `name: command` of a Procfile, the last one of a name; its commands are meant for a shell, and PORT counts up by 100 (Foreman). */
function readProcfile(
  text: string,
  hasPort: boolean,
): { readonly programs: StarterProgram[]; readonly passedOver: string[] } {
  const passedOver: string[] = [];
  const lines = text.split(/\r?\n/).flatMap((line) => {
    if (/^\s*(?:#|$)/.test(line)) return [];
    const [, name, command] = /^\s*([A-Za-z0-9_.-]+)\s*:\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && command !== undefined) return [{ name, command }];
    passedOver.push(line);
    return [];
  });
  const unique = [...new Map(lines.map((line) => [line.name, line])).values()];
  const programs = unique.map(({ name, command }, index) => {
    const shell = needsShell(command);
    const once = name === "release";
    return {
      name,
      command: percentSafe(shell ? `sh -c ${shellQuote(command)}` : command),
      group: shell || PACKAGE_RUNNER.test(command),
      // Whether its command says so or not: most read it from their environment.
      port: hasPort || once ? null : 5000 + 100 * index,
      once,
    };
  });
  return { programs, passedOver };
}

/** The scripts that run on: `dev`, else `start`, and whatever is a worker or has `dev:` in front. */
function scriptPrograms(packageJson: string, files: readonly string[]): StarterProgram[] {
  const scripts = Object.keys(scriptsOf(packageJson.replace(/^\uFEFF/, "")));
  const main = scripts.includes("dev") ? "dev" : "start";
  const runner = RUNNERS.find(([file]) => files.includes(file))?.[1] ?? "npm run";
  return scripts
    .filter((script) => script === main || script === "worker" || script.startsWith("dev:"))
    .map((script) => ({
      // What no name may have in it.
      name: script.replaceAll(/[:/\s]/g, "-"),
      command: percentSafe(`${runner} ${script}`),
      group: true,
      port: null,
      once: false,
    }));
}

const RUNNERS = [
  ["pnpm-lock.yaml", "pnpm run"],
  ["yarn.lock", "yarn run"],
  ["bun.lock", "bun run"],
  ["bun.lockb", "bun run"],
] as const;

function scriptsOf(packageJson: string): Readonly<Record<string, unknown>> {
  let parsed: { readonly scripts?: unknown } | null;
  try {
    parsed = JSON.parse(packageJson) as typeof parsed;
  } catch (error) {
    throw new CliError(`package.json is not valid JSON: ${(error as Error).message}`, {
      hint: `Nothing was written. Mend it, or name a template: \`${typedSup()} init minimal\`.`,
      cause: error,
    });
  }
  return typeof parsed?.scripts === "object" && parsed.scripts !== null
    ? (parsed.scripts as Record<string, unknown>)
    : {};
}

/** Whether a command means more than its words: variables, pipes, globs, several commands, an assignment or a word of the shell in front. */
function needsShell(command: string): boolean {
  return (
    /[$`|&;<>()*?[\]{}~#!\\]/.test(command) ||
    /^[A-Za-z_]\w*=/.test(command) ||
    isShellsOwn(command.split(/\s/, 1)[0] ?? "")
  );
}

/** They run scripts and tools as children, which their own end does not end. */
const PACKAGE_RUNNER = /^(?:\S*\/)?(?:npm|npx|yarn|pnpm|pnpx|bun|bunx)\s/;

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** In a config `%(here)s` is a variable; with the percent sign doubled it is text. Any other percent sign is text as it is. */
function percentSafe(text: string): string {
  return text.replace(BEFORE_VARIABLE, (signs) => signs + signs);
}

const BEFORE_VARIABLE = new RegExp(`%+(?=${TEMPLATE_NAME})`, "g");

function print(programs: readonly StarterProgram[], envFile: boolean): string {
  const shared = envFile ? `\n// Variables that every program gets.\nconst env = { envFile: ".env" };\n` : "";
  const entries = programs.map(({ name, command, group, port, once }) => {
    const lines = [
      ...(envFile ? ["...env,"] : []),
      `command: ${JSON.stringify(command)},`,
      ...(port === null ? [] : [`environment: { PORT: "${port}" },`]),
      ...(group ? ["stopasgroup: true,"] : []),
      ...(once ? ["// It runs once, and is meant to end.", "startsecs: 0,", "autorestart: false,"] : []),
    ];
    return `    ${printKey(name)}: {\n${lines.map((line) => `      ${line}\n`).join("")}    },\n`;
  });
  return (
    `import { defineConfig } from "sup";\n${shared}\n` +
    `export default defineConfig({\n  programs: {\n${entries.join("")}  },\n});\n`
  );
}
