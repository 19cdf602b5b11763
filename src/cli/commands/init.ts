import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { configIn } from "../../config/find-config.ts";
import { readRegular } from "../../files/read-regular.ts";
import { CliError } from "../cli-error.ts";
import { safeText } from "../render/safe-text.ts";
import { typedSup } from "../running/typed-sup.ts";
import { starterFor } from "./starter.ts";

const TARGET = "supervisor.config.ts";

/**
 * `sup init [template]`: writes a first config into `folder`; never overwrites. Without a template it is made of the folder's
 * Procfile or package.json, if they name programs, and refused where it would take the place of another config.
 */
export function init(folder: string, template: string | undefined, options: { readonly list: boolean }): number {
  const known = initTemplates();
  if (options.list) {
    const width = Math.max(...known.map((name) => name.length));
    process.stdout.write(known.map((name) => `${name.padEnd(width)}  ${purposeOf(name)}\n`).join(""));
    return 0;
  }
  if (template !== undefined && !known.includes(template)) {
    throw new CliError(`there is no template ${template}`, { hint: `There are: ${known.join(", ")}`, status: 2 });
  }
  const hidden = template === undefined ? hiddenBy(TARGET, folder) : null;
  if (hidden !== null) {
    throw new CliError(`there is a ${hidden} here already, which a ${TARGET} would take the place of`, {
      hint:
        hidden === "supervisord.conf"
          ? `Convert it with \`${typedSup()} import-ini ${hidden} -o ${TARGET}\`, or name a template to begin anew.`
          : "Go on with that one, or name a template to begin anew.",
    });
  }
  const found = template === undefined ? starterFor(factsOf(folder)) : null;
  const text = found?.text ?? readFileSync(join(templatesFolder(), `${template ?? "minimal"}.ts`), "utf8");
  try {
    writeFileSync(join(folder, TARGET), text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new CliError(`${TARGET} exists already`, { hint: "It was left as it is.", cause: error });
  }
  for (const line of found?.passedOver ?? [])
    process.stderr.write(
      safeText(`sup: passed over in the Procfile, because it is no \`name: command\`: ${line}\n`, process.stderr),
    );
  if (template === undefined) tellOfOthers(readdirSync(folder));
  const from = found === null ? "" : ` from ${found.source}`;
  process.stdout.write(`Wrote ${TARGET}${from}. Look at it, then run: ${typedSup()} up\n`);
  return 0;
}

/** Somebody who has described these programs elsewhere would else wonder why nothing of it is in the new file. */
function tellOfOthers(files: readonly string[]): void {
  const others = files.filter((name) => FOREIGN.test(name)).toSorted();
  if (others.length === 0) return;
  const page = join(__dirname, "..", "docs", "coming-from.md");
  process.stderr.write(`sup: not taken from ${others.join(", ")}: ${page} tells what its words are called here\n`);
}

/** Files of PM2, Compose and process-compose. */
const FOREIGN = /^(?:(?:ecosystem|pm2)(?:\.config)?\.(?:[cm]?js|json)|(?:docker-|process-)?compose\.ya?ml)$/;

/** A config in this folder that would not be found any more beside `target`. */
function hiddenBy(target: string, folder: string): string | null {
  const found = configIn(folder);
  return found === null || basename(found.file) === target ? null : basename(found.file);
}

/** What it is for, as its first comment says. */
function purposeOf(template: string): string {
  const text = readFileSync(join(templatesFolder(), `${template}.ts`), "utf8");
  return /^\/\/ ([^.]*)/m.exec(text)?.[1] ?? "";
}

/** The names that `sup init` takes. */
export function initTemplates(): string[] {
  return readdirSync(templatesFolder())
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length));
}

function templatesFolder(): string {
  return join(__dirname, "..", "templates", "init");
}

/** @throws CliError for what is no file: a pipe would be waited for. */
function readGiven(file: string): string {
  try {
    return readRegular(file).toString("utf8");
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${(error as Error).message}`, {
      hint: `Nothing was written. Mend it, or name a template: \`${typedSup()} init minimal\`.`,
      cause: error,
    });
  }
}

function factsOf(folder: string): Parameters<typeof starterFor>[0] {
  const files = readdirSync(folder);
  const read = (name: string): string | null => (files.includes(name) ? readGiven(join(folder, name)) : null);
  return {
    procfile: read("Procfile.dev") ?? read("Procfile"),
    packageJson: read("package.json"),
    files,
    env: read(".env"),
  };
}
