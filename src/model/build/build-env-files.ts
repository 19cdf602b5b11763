import type { BuildContext, ConfigPath } from "./build-context.ts";
import { absolute } from "./build-values.ts";
import type { EnvFile } from "../config.ts";

/**
 * The variables of a program's `envFile`, later files before earlier ones. Values are taken as they are: `%(x)s` in them is
 * text, because such files are written for other tools, too. A file that is missing is a problem unless `required: false`.
 */
export function readEnvFiles(
  context: BuildContext,
  path: ConfigPath,
  written: EnvFile | readonly EnvFile[] | undefined,
  expand: (path: ConfigPath, text: string) => string,
): Readonly<Record<string, string>> {
  if (written === undefined) return {};
  const files: readonly (readonly [ConfigPath, EnvFile])[] = isList(written)
    ? written.map((file, index) => [[...path, index], file])
    : [[path, written]];
  const variables = files.flatMap(([at, file]) => {
    const name = typeof file === "string" ? file : file.path;
    const required = typeof file === "string" || (file.required ?? true);
    const place = typeof file === "string" ? at : [...at, "path"];
    return Object.entries(readOne(context, place, expand(place, name), required));
  });
  return Object.fromEntries(variables);
}

function readOne(
  context: BuildContext,
  path: ConfigPath,
  name: string,
  required: boolean,
): Readonly<Record<string, string>> {
  const { world } = context;
  const file = absolute(world.expandUser(name), world.here);
  const result = world.readEnvFile(file);
  if (result.ok) return result.variables;
  if (required || !result.missing) {
    const hint = result.missing ? "create it, or write { path, required: false }" : "check the file";
    context.problem(path, `could not read envFile ${file}: ${result.reason}`, hint);
  }
  return {};
}

function isList(value: EnvFile | readonly EnvFile[]): value is readonly EnvFile[] {
  return Array.isArray(value);
}
