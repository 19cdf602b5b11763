import { existsSync, realpathSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { basename, dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Loader, Message, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { readRegular } from "../../files/read-regular.ts";
import type { Problem } from "../../model/problem.ts";
import { isFile } from "../find-config.ts";
import { absentFiles } from "./absent-files.ts";
import { configFilesOf, nearestFile } from "./tsconfig-files.ts";

/**
 * Compiles a config and all it imports into one ES module, in memory.
 *
 * Theory: nothing is written, so the project may be read-only; the price is that the code does not run where it was
 * written. So each source file gets its own `import.meta`, `__dirname` and `__filename` as one constant put in front of it.
 * It goes onto the first line, and `firstColumn` takes its length off again, so that positions stay true.
 * Packages stay outside, by absolute path: a compiled module has no folder to look for node_modules from.
 * `library` is what `import "sup"` means: a path that ends in .mjs and .cjs; beside it are `sup/client` and `sup/embed`. Sources found through tsconfig `paths`, package `imports` or workspace links are compiled like the config itself.
 */
export async function bundleConfig(file: string, library: string): Promise<Bundle> {
  // Required only here: whoever imports this file must not pay for esbuild.
  const esbuild = createRequire(process.argv[1] ?? file)("esbuild") as typeof import("esbuild");
  const sources = new SourceFiles();
  // It may be a link, which the compiler follows: who turns it to another file changes the config.
  sources.note(file);
  try {
    const result = await esbuild.build({
      entryPoints: [file],
      absWorkingDir: dirname(file),
      bundle: true,
      write: false,
      outfile: `${file}.bundle.mjs`,
      format: "esm",
      platform: "node",
      // As Node resolves, who is to run it: left out, this is also "module", which means code for bundlers only.
      conditions: [],
      target: `node${process.versions.node}`,
      sourcemap: "external",
      // The original text is on disk; embedding it would double the answer of the compiler.
      sourcesContent: false,
      metafile: false,
      logLevel: "silent",
      keepNames: false,
      define: {
        "import.meta": META,
        __dirname: `${META}.dirname`,
        __filename: `${META}.filename`,
      },
      plugins: [configPlugin(sources, library)],
    });
    const output = result.outputFiles.find(({ path }) => path.endsWith(".mjs"));
    const map = result.outputFiles.find(({ path }) => path.endsWith(".map"));
    if (output === undefined || map === undefined) throw new Error(`esbuild made no output for ${file}`);
    const warnings = result.warnings.map((message) => toProblem(message, file, sources));
    return { ok: true, code: output.text, map: map.text, sources, warnings };
  } catch (error) {
    const messages = (error as { errors?: readonly Message[] }).errors;
    if (!Array.isArray(messages)) throw error;
    return { ok: false, sources, problems: messages.map((message) => toProblem(message as Message, file, sources)) };
  } finally {
    await esbuild.stop();
  }
}

export type Bundle =
  | {
      readonly ok: true;
      readonly code: string;
      /** Source map, JSON. Its sources are relative to the config's folder. */
      readonly map: string;
      readonly sources: SourceFiles;
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly sources: SourceFiles; readonly problems: readonly Problem[] };

const META = "__supFileMeta";
const LOADERS: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
};

/** The files that went into a bundle, and how far their first code line was shifted. */
export class SourceFiles {
  readonly #read = new Set<string>();
  readonly #absent = new Set<string>();
  readonly #shifts = new Map<string, { readonly line: number; readonly length: number }>();

  /** Absolute paths, in the order of reading, with the tsconfig files that had a say. */
  get files(): string[] {
    return [...new Set([...this.#read, ...configFilesOf([...this.#read])])];
  }

  /** Absolute paths of what would be read if it were there. */
  get absent(): string[] {
    return [...this.#absent];
  }

  note(file: string): void {
    this.#read.add(file);
  }

  noteAbsent(files: readonly string[]): void {
    for (const file of files) this.#absent.add(file);
  }

  /** Reads a source and puts its own `import.meta` in front. */
  load(file: string): string {
    const text = readRegular(file)
      .toString("utf8")
      .replace(/^\uFEFF/, "");
    const meta = { dirname: dirname(file), filename: file, url: pathToFileURL(file).href };
    const prefix = `const ${META}=__supMeta(${JSON.stringify(meta)});`;
    const hashbang = /^#!.*\r?\n/.exec(text)?.[0] ?? "";
    this.#shifts.set(file, { line: hashbang === "" ? 1 : 2, length: prefix.length });
    return hashbang + prefix + text.slice(hashbang.length);
  }

  /** The 1-based column in the file as written, for a 0-based column in the file as compiled. */
  firstColumn(file: string, line: number, column: number): number {
    const shift = this.#shifts.get(file);
    return Math.max(0, shift?.line === line ? column - shift.length : column) + 1;
  }
}

const RESOLVING = Symbol("resolving");

function configPlugin(sources: SourceFiles, library: string): Plugin {
  return {
    name: "sup-config",
    setup(build) {
      // Our own library: what runs must be what `sup` understands, and a config needs no node_modules for it.
      build.onResolve({ filter: /^sup(?:\/client|\/embed)?$/ }, ({ path, kind }) => ({
        path: `${path === "sup" ? library : resolve(library, "..", basename(path))}${kind.startsWith("require") ? ".cjs" : ".mjs"}`,
        external: true,
      }));
      build.onResolve({ filter: /.*/ }, (args) => resolveImport(build, sources, args));
      for (const [kind, code] of Object.entries(CATCHABLE))
        build.onLoad({ filter: /.*/, namespace: kind }, ({ path }) => ({ contents: thrown(path, code), loader: "js" }));
      build.onLoad({ filter: /.*/, namespace: "file" }, ({ path }) => loadSource(sources, path));
    },
  };
}

async function resolveImport(
  build: PluginBuild,
  sources: SourceFiles,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  if (args.kind === "entry-point" || args.pluginData === RESOLVING) return undefined;
  if (isBuiltin(args.path)) return { path: args.path, external: true };
  const { importer, resolveDir, kind } = args;
  // What `#name` means stands there.
  const manifest = args.path.startsWith("#") ? nearestFile(resolveDir, ["package.json"]) : undefined;
  if (manifest !== undefined) sources.note(manifest);
  const found = await build.resolve(args.path, { importer, resolveDir, kind, pluginData: RESOLVING });
  if (found.errors.length > 0) {
    // Where it was looked for: creating it mends the config.
    sources.noteAbsent(absentFiles(args.path, resolveDir, null));
    if (kind in CATCHABLE) return { path: args.path, namespace: kind };
    return { errors: found.errors.map(({ text, notes }) => ({ text, notes })) };
  }
  const named = /^[./]/.test(args.path) ? linkTo(found.path, resolve(resolveDir, args.path)) : null;
  if (named !== null) sources.note(named);
  if (!found.external && !isInstalled(found.path)) sources.noteAbsent(absentFiles(args.path, resolveDir, found.path));
  if (found.external || !isPackageCode(found.path)) return undefined;
  return { path: found.path, external: true };
}

/** Imports that fail as the config runs, if they do, and the `code` of the error that Node has for it. */
const CATCHABLE: Readonly<Record<string, string>> = {
  "dynamic-import": "ERR_MODULE_NOT_FOUND",
  "require-call": "MODULE_NOT_FOUND",
};

/** In the place of a module that is not there: the config may do without it, as with `import("./local.ts").catch(() => ({}))`. */
function thrown(path: string, code: string): string {
  const message = JSON.stringify(`could not resolve "${path}"`);
  return `throw Object.assign(new Error(${message}), { code: "${code}" });`;
}

/**
 * The file that an import names, if that leads to `file` through a symlink; `null` if they are one. Whoever can change the link
 * decides what is imported, and when it changes the config does.
 */
function linkTo(file: string, named: string): string | null {
  const candidates = [named, ...Object.keys(LOADERS).map((ending) => named + ending), `${named}.json`];
  const found = candidates.find((path) => isFile(path) && realpathSync(path) === file);
  return found === undefined || found === file ? null : found;
}

/** Code of an installed package. Its JSON files are compiled in, because Node imports JSON only with an attribute. */
function isPackageCode(path: string): boolean {
  return isInstalled(path) && /\.([cm]?js|node)$/.test(path);
}

function isInstalled(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path);
}

function loadSource(sources: SourceFiles, path: string): OnLoadResult | undefined {
  sources.note(path);
  const loader = LOADERS[extname(path)];
  if (loader === undefined || !existsSync(path)) return undefined;
  try {
    return { contents: sources.load(path), loader, resolveDir: dirname(path) };
  } catch (error) {
    return { errors: [{ text: `Could not read ${path}: ${(error as Error).message}` }] };
  }
}

function toProblem(message: Message, file: string, sources: SourceFiles): Problem {
  const location = message.location;
  const source = location === null ? file : resolve(dirname(file), location.file);
  // esbuild counts columns in UTF-8 bytes, editors in characters.
  const column =
    location === null
      ? 0
      : new TextDecoder().decode(new TextEncoder().encode(location.lineText).slice(0, location.column)).length;
  const place =
    location === null
      ? { file, line: 1, column: 1 }
      : { file: source, line: location.line, column: sources.firstColumn(source, location.line, column) };
  const missing = /^Could not resolve "([^"]+)"/.exec(message.text)?.[1];
  return { message: lowerFirst(message.text), place, hint: hintFor(missing, message, source) };
}

function hintFor(missing: string | undefined, message: Message, source: string): string {
  if (message.text.startsWith("Could not read")) return "make it readable for the user that runs sup";
  if (missing === undefined) return message.notes[0]?.text ?? `correct ${basename(source)}`;
  if (missing.startsWith(".") || missing.startsWith("/"))
    return "check the path; it is relative to the file that imports it";
  if (missing.startsWith("#")) return "check the path, and `imports` in package.json";
  // No package can be called so.
  if (/^(?:@\/|~)/.test(missing)) return "check the path, and `paths` in tsconfig.json";
  return `install it (npm install ${packageOf(missing)}) where ${basename(source)} can find it, or correct the name`;
}

/** `a` of `a/b`, `@a/b` of `@a/b/c`. */
function packageOf(path: string): string {
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0]?.toLowerCase() + text.slice(1) : text;
}
