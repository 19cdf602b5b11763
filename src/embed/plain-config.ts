import { ConfigError } from "./config-error.ts";

/**
 * The JSON of a config given as an object, as the process that runs it reads it.
 *
 * @throws ConfigError for what cannot be carried to another process, all of it at once, each with its path.
 */
export function plainConfig(config: unknown): string {
  const mistakes: string[] = [];
  visit(config, [], [], mistakes);
  if (mistakes.length > 0) throw new ConfigError(mistakes.map((text) => `error: ${text}`).join("\n\n"));
  return JSON.stringify(config);
}

function visit(value: unknown, path: readonly string[], above: readonly unknown[], mistakes: string[]): void {
  const name = path.length === 0 ? "the config" : path.join(".");
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "undefined":
      if (path.length === 0) mistakes.push("the config must be an object, found undefined");
      return;
    case "number":
      if (!Number.isFinite(value)) mistakes.push(`${name} is ${value}, which is no number that JSON has`);
      return;
    case "function":
      mistakes.push(
        path[0] === "listeners"
          ? `${name} is a function: an embedded supervisor tells events to its program, with events()`
          : `${name} is a function: the config runs in another process, it has to be plain data`,
      );
      return;
    case "object":
      break;
    default:
      mistakes.push(`${name} is a ${typeof value}: the config has to be plain data`);
      return;
  }
  if (value === null) return;
  if (above.includes(value)) return void mistakes.push(`${name} contains itself`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    mistakes.push(`${name} is a ${constructorName(value)}: the config has to be plain data`);
    return;
  }
  for (const [key, part] of Object.entries(value)) visit(part, [...path, key], [...above, value], mistakes);
}

function constructorName(value: object): string {
  const { name } = value.constructor;
  return name === "" ? "class" : name;
}
