import type { ListenerConfig } from "../../model/config.ts";
import type { Problem } from "../../model/problem.ts";

/**
 * A config with its listeners' handlers replaced by `true`, since JSON carries no functions. Who is to call a handler loads
 * the config again (run-listener.ts). Anything but a function in that place is a problem; one that is missing is left to
 * the schema, and so is a function under a name that is no option: it is most likely a misspelt handler.
 */
export function takeHandlers(config: unknown): { readonly config: unknown; readonly problems: readonly Problem[] } {
  const listeners = isObject(config) ? config["listeners"] : undefined;
  if (!isObject(config) || !isObject(listeners)) return { config, problems: [] };
  const problems: Problem[] = [];
  const marked = Object.entries(listeners).map(([name, written]): [string, unknown] => {
    if (!isObject(written)) return [name, written];
    const listener = withoutStrayFunctions(written);
    if (listener["handler"] === undefined) return [name, listener];
    if (typeof listener["handler"] === "function") return [name, { ...listener, handler: true }];
    const path = ["listeners", name, "handler"];
    const hint = "such as handler: (event) => console.log(event.name)";
    problems.push({ message: `${path.join(".")} must be a function, found ${found(listener["handler"])}`, hint, path });
    return [name, { ...listener, handler: true }];
  });
  return { config: { ...config, listeners: Object.fromEntries(marked) }, problems };
}

const OPTIONS: Readonly<Record<keyof ListenerConfig, true>> = {
  events: true,
  handler: true,
  bufferSize: true,
  user: true,
  environment: true,
  stderrLogfile: true,
};

function withoutStrayFunctions(listener: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const stray = ([key, value]: readonly [string, unknown]): boolean =>
    typeof value === "function" && !Object.hasOwn(OPTIONS, key);
  const entries = Object.entries(listener);
  if (!entries.some(stray)) return listener;
  return Object.fromEntries(entries.map((entry) => (stray(entry) ? [entry[0], true] : entry)));
}

/** Objects as configs are made of; what else there is stays for `findUnplainValues` to complain of. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function found(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "text" : String(value);
}
