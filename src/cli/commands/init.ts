import { copyFileSync, constants, readdirSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";

const TARGET = "supervisor.config.ts";

/** `sup init [template]`: copies a starter into `folder`; never overwrites. */
export function init(folder: string, template: string, options: { readonly list: boolean }): number {
  const templates = join(__dirname, "..", "templates", "init");
  const known = readdirSync(templates)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length));
  if (options.list) {
    process.stdout.write(known.map((name) => `${name}\n`).join(""));
    return 0;
  }
  if (!known.includes(template)) {
    throw new CliError(`there is no template ${template}`, { hint: `There are: ${known.join(", ")}`, status: 2 });
  }
  try {
    copyFileSync(join(templates, `${template}.ts`), join(folder, TARGET), constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new CliError(`${TARGET} exists already`, { hint: "It was left as it is.", cause: error });
  }
  process.stdout.write(`Wrote ${TARGET}. Look at it, then run: sup up\n`);
  return 0;
}
