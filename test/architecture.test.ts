import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

// The house rules that a machine can check: docs/ARCHITECTURE.md says why they are the rules.

/** Folder -> floor. An import may go down, or stay within its folder. */
const FLOORS: Readonly<Record<string, number>> = {
  model: 0,
  machine: 1,
  protocol: 1,
  ini: 1,
  files: 1.5,
  clock: 2,
  config: 2,
  keeper: 2,
  logs: 2,
  events: 2,
  probes: 2,
  watch: 2,
  usage: 2,
  supervisor: 3,
  rpc: 4,
  http: 5,
  ctl: 5,
  daemon: 6,
  client: 7,
  embed: 8,
  cli: 8,
};

/** Folders that may not touch the world: time, randomness and input come in as arguments. */
const PURE = new Set(["model", "machine", "protocol", "ini"]);
/** Libraries that pure floors may use: they are pure themselves. */
const PURE_LIBRARIES = new Set(["zod", "@rgrove/parse-xml"]);
const BANNED_IN_PURE =
  /\b(?:process\s*\.\s*(?:env|argv|cwd|exit|hrtime|nextTick|on|once|platform|stdin|stdout|stderr|umask|uptime|versions?)\b|Date\s*\.|new Date\b|setTimeout|setInterval|setImmediate|console\s*\.|Buffer\b|Math\.random|performance\s*\.|globalThis\s*\.)/;
const BANNED_FOLDERS = /^(?:utils?|helpers?|common|shared|misc|lib|manager)$/;

const src = resolve(import.meta.dirname, "../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(src, name));

describe("the house", () => {
  test("has source files on known floors only", () => {
    expect(files.length).toBeGreaterThan(50);
    const folders = new Set(files.map(folderOf).filter((folder) => folder !== ""));
    expect([...folders].filter((folder) => FLOORS[folder] === undefined || BANNED_FOLDERS.test(folder))).toEqual([]);
  });

  test("lets imports go down only, never up or sideways", () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith(src))
        .filter((target) => {
          const [from, to] = [folderOf(file), folderOf(target)];
          if (from === "" || from === to) return false;
          return to === "" || (FLOORS[to] ?? Infinity) >= (FLOORS[from] ?? -1);
        })
        .map((target) => `${relative(src, file)} -> ${relative(src, target)}`),
    );
    expect(wrong).toEqual([]);
  });

  test("has no import cycle", () => {
    const graph = new Map(files.map((file) => [file, importsOf(file).filter((target) => target.startsWith(src))]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) {
        cycles.push([...trail.slice(trail.indexOf(file)), file].map((one) => relative(src, one)).join(" -> "));
        return;
      }
      if (done.has(file)) return;
      for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test("keeps the lower floors pure", () => {
    const wrong = files
      .filter((file) => PURE.has(folderOf(file)))
      .flatMap((file) => {
        const foreign = importsOf(file).filter((target) => !target.startsWith(src) && !PURE_LIBRARIES.has(target));
        const banned = BANNED_IN_PURE.exec(withoutTexts(withoutComments(readFileSync(file, "utf8"))));
        return [...foreign, ...(banned === null ? [] : [banned[0]])].map((what) => `${relative(src, file)}: ${what}`);
      });
    expect(wrong).toEqual([]);
  });

  test("lets the keeper import nothing but Node, the protocol and the opening of files, and koffi in one place", () => {
    const wrong = files
      .filter((file) => folderOf(file) === "keeper")
      .flatMap((file) => importsOf(file).map((target) => [file, target] as const))
      // Optional, and all it does is also done without.
      .filter(([file, target]) => !(target === "koffi" && file.endsWith("system-calls.ts")))
      .filter(
        ([, target]) => !target.startsWith("node:") && !["keeper", "protocol", "files"].includes(folderOf(target)),
      )
      .map(([file, target]) => `${relative(src, file)} -> ${target}`);
    expect(wrong).toEqual([]);
  });

  test("has files of one idea each", () => {
    const long = files
      // Tables of options are as long as the options are many.
      .filter((file) => !/model\/(?:config|schema(?:-\w+)?)\.ts$|protocol\/(?:contract|api|api-schema)\.ts$/.test(file))
      .map((file) => [relative(src, file), readFileSync(file, "utf8").split("\n").length] as const)
      .filter(([, lines]) => lines > 320);
    expect(long).toEqual([]);
  });
});

function folderOf(file: string): string {
  const path = relative(src, file);
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}

/** Absolute paths of our own files, bare names of packages; imports of types count, since they tie files together too. */
function importsOf(file: string): string[] {
  const text = withoutComments(readFileSync(file, "utf8"));
  const found = [
    ...text.matchAll(/(?:^|[\s;])(?:import|export)\s(?:[^"'`;]*?\sfrom\s*)?["']([^"']+)["']/g),
    ...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g),
  ];
  return found
    .map((match) => match[1] ?? "")
    .map((target) => (target.startsWith(".") ? resolve(dirname(file), target) : target));
}

/** What stands in quotes is said, not done. */
function withoutTexts(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '""');
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

test("tests signal only through sendSignal, which knows that pid 0 means everybody here", () => {
  const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  // Code in quotes is run elsewhere.
  const offenders = tests.filter((name) =>
    readFileSync(join(import.meta.dirname, name), "utf8")
      .split("\n")
      .some((line) => /^[^'"`]*\bprocess\.kill\(/.test(line)),
  );
  expect(offenders).toEqual([join("support", "send-signal.ts")]);
});
