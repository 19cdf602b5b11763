import { createRequire, isBuiltin } from "node:module";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { SourceTextModule, SyntheticModule, type Module } from "node:vm";
import type { ConfigContext } from "../../model/define-config.ts";

/** Name of the compiled module in stack traces. */
export const BUNDLE_NAME = "sup-config-bundle";

/**
 * Runs a compiled config and returns what it exports: the default export, or `module.exports`; a function is called with
 * the context; promises are awaited. Throws what the config throws, and `NoConfigError` if it exports nothing.
 */
export async function runBundle(code: string, file: string, context: ConfigContext): Promise<unknown> {
  const require = createRequire(file);
  // Both are free variables of the compiled module: `require` of code esbuild could not resolve, and bundle-config's own.
  Object.assign(globalThis, {
    require,
    __supMeta: (meta: { readonly filename: string }) => ({ ...meta, resolve: resolver(meta.filename) }),
  });
  const module = new SourceTextModule(code, {
    identifier: BUNDLE_NAME,
    importModuleDynamically: (specifier: string) => load(specifier, require) as Promise<Module>,
  });
  await module.link(async (specifier) => asModule(await load(specifier, require)));
  await module.evaluate();
  const exported = defaultOf((module.namespace as { readonly default?: unknown }).default);
  const config: unknown = await exported;
  return typeof config === "function" ? ((await config(context)) as unknown) : config;
}

/** The module ran, but has nothing to offer. */
export class NoConfigError extends Error {
  override readonly name = "NoConfigError";
}

// TypeScript's and Babel's CommonJS output mark themselves; their `default` is one level down.
function defaultOf(exported: unknown): unknown {
  if (exported === undefined) throw new NoConfigError("the config exports nothing");
  if (typeof exported !== "object" || exported === null || !("__esModule" in exported)) return exported;
  return "default" in exported ? exported.default : exported;
}

async function load(specifier: string, require: NodeJS.Require): Promise<object> {
  if (isBuiltin(specifier)) return (await import(specifier)) as object;
  const path = isAbsolute(specifier) || specifier.startsWith("file:") ? specifier : require.resolve(specifier);
  if (path.endsWith(".node")) return { default: require(path) as unknown };
  return (await import(path.startsWith("file:") ? path : pathToFileURL(path).href)) as object;
}

/**
 * Linking does not keep what it has linked: a module that was collected before its turn to be evaluated is a null pointer, and
 * the end of the process by SIGSEGV (Node 20, ModuleWrap::SyntheticModuleEvaluationStepsCallback).
 */
const linked: SyntheticModule[] = [];

async function asModule(namespace: object): Promise<SyntheticModule> {
  const names = Object.keys(namespace);
  const module: SyntheticModule = new SyntheticModule(names, () => {
    for (const name of names) module.setExport(name, (namespace as Record<string, unknown>)[name]);
  });
  linked.push(module);
  return module;
}

function resolver(file: string): (specifier: string) => string {
  return (specifier) => {
    if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, pathToFileURL(file)).href;
    return isBuiltin(specifier) ? specifier : pathToFileURL(createRequire(file).resolve(specifier)).href;
  };
}
