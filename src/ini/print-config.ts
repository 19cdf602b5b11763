/**
 * Theory. The printer walks the merged sections in the order in which a config object names its parts, prints each
 * option from the value it came to, and hangs every comment of the source on the thing that followed it. What a config
 * object has no place for is listed at the end, with its place in the source, so that nothing is lost without a word.
 */
import type { Problem } from "../model/problem.ts";
import { toTemplate } from "../model/text/template.ts";
import { commentsOf } from "./comments-of.ts";
import { folderOf } from "./include.ts";
import type { KeySpec, SectionKind } from "./key-table.ts";
import { PROCESS_KEYS, keysOf, optionName, sectionKind } from "./key-table.ts";
import type { IniTree, TreeEntry, TreeSection } from "./merge-ini.ts";
import type { PrintedOption, PrintedSection } from "./printed-section.ts";
import { printOption } from "./print-option.ts";
import { isDefault, printComment, printKey, printValue } from "./print-value.ts";
import { helpersFor } from "./printed-helpers.ts";
import type { ReadIni } from "./read-ini.ts";
import { shareConstants } from "./share-constants.ts";

/**
 * Prints what was read from a `supervisord.conf` and its includes as the text of a `supervisor.config.ts`.
 *
 * The file means the same in the folder of the main file: `%(here)s` stays and is the folder of the config file.
 *
 * @param warnings what could not be carried over; listed at the end of the file.
 */
export function printTypeScript(tree: IniTree, read: ReadIni, warnings: readonly Problem[] = read.warnings): string {
  const config = read.config as Readonly<Record<string, unknown>>;
  const comments = commentsOf(tree);
  const defined = new Set(variablesOf((config["supervisord"] ?? {}) as Values));
  const print = (section: TreeSection, kind: SectionKind, name: string, values: Values): PrintedSection =>
    printSection(tree, section, kind, name, values, comments, defined);

  const single: [string, PrintedSection[]][] = [];
  const keyed: [string, PrintedSection[]][] = [];
  for (const [part, kinds] of PARTS) {
    const sections = [...tree.sections.values()].filter(({ name }) => kinds.some((kind) => sectionKind(name) === kind));
    const printed: PrintedSection[] = [];
    for (const [index, section] of sections.entries()) {
      const kind = sectionKind(section.name) ?? "program";
      const name = nameOf(section.name);
      const values = valuesOf(config[part], KEYED.has(part) ? name : index);
      if (values) printed.push(print(section, kind, name, values));
    }
    if (printed.length > 0) (KEYED.has(part) ? keyed : single).push([part, printed]);
  }
  const constants = shareConstants(keyed.flatMap(([, sections]) => sections));
  const body = [...single.map(([part, sections]) => printPart(part, sections)), printRpc(config)];
  body.push(...keyed.map(([part, sections]) => printKeyed(part, sections)));
  const text = `export default defineConfig({\n${body.filter((lines) => lines !== "").join("\n")}\n});\n`;
  const helpers = helpersFor([...constants, text].join("\n"));
  const source = [...helpers, ...constants, text].join("\n");
  const types = ["EventName", "LogLevel", "Signal"].filter((type) => new RegExp(`(?::|\\bas) ${type}\\b`).test(source));
  const blocks = [
    `import { ${["defineConfig", ...types.map((type) => `type ${type}`)].join(", ")} } from "sup";`,
    ...helpers,
    ...constants,
    text.trimEnd(),
  ];
  blocks.push([...comments.rest, ...leftovers(tree, warnings)].join("\n"));
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

type Values = Readonly<Record<string, unknown>>;

const PARTS: readonly (readonly [string, readonly SectionKind[]])[] = [
  ["supervisord", ["supervisord"]],
  ["unixHttpServer", ["unix_http_server"]],
  ["inetHttpServer", ["inet_http_server"]],
  ["supervisorctl", ["supervisorctl"]],
  ["programs", ["program", "fcgi-program"]],
  ["groups", ["group"]],
  ["fcgiPrograms", ["fcgi-program"]],
  ["eventlisteners", ["eventlistener"]],
];
const KEYED: ReadonlySet<string> = new Set(["programs", "groups", "fcgiPrograms", "eventlisteners"]);

/** Keys that Supervisor reads with the program's own environment known. */
const PROCESS_NAMES: ReadonlySet<string> = new Set(["process_name", ...PROCESS_KEYS.map(({ key }) => key)]);

function variablesOf({ environment }: Values): string[] {
  return typeof environment === "object" && environment !== null ? Object.keys(environment) : [];
}

function nameOf(section: string): string {
  return section.slice(section.indexOf(":") + 1).trim();
}

function valuesOf(part: unknown, key: string | number): Values | undefined {
  if (Array.isArray(part)) return part[Number(key)] as Values | undefined;
  if (typeof part !== "object" || part === null) return undefined;
  if (typeof key === "number") return part as Values;
  return Object.hasOwn(part, key) ? ((part as Record<string, Values>)[key] ?? undefined) : undefined;
}

function printSection(
  tree: IniTree,
  section: TreeSection,
  kind: SectionKind,
  name: string,
  values: Values,
  comments: ReturnType<typeof commentsOf>,
  defined: ReadonlySet<string>,
): PrintedSection {
  const above = comments.above(section.place);
  if (section.place.file !== tree.mainFile) above.unshift(`// ${nearName(tree, section.place.file)}`);
  const beside = comments.beside(section.place);
  const options: PrintedOption[] = [];
  if (typeof values["name"] === "string") options.push({ above: [], beside: "", name: "name", value: values["name"] });
  const specs = new Map((keysOf(kind) ?? []).map((spec): [string, KeySpec] => [spec.key, spec]));
  const handled = new Set(["name"]);
  // The daemon's own options come before its environment is set, most options of a program before that of its process.
  const outer = kind === "supervisord" ? new Set<string>() : defined;
  const inner = new Set([...outer, ...variablesOf(values)]);
  const scopeOf = (key: string): ReadonlySet<string> => (PROCESS_NAMES.has(key) ? inner : outer);
  let waiting: string[] = [];
  for (const entry of new Map([...tree.defaults, ...section.entries]).values()) {
    // A fall-back value keeps its comments at the first section that it reaches.
    const [over, next] = [comments.above(entry.place), comments.beside(entry.place)];
    const spec = specs.get(entry.key);
    const option = optionName(entry.key);
    const value = values[option];
    handled.add(option);
    // A comment says something about its option: without it, it would be read as one about the next.
    const isBare = over.length === 0 && next === "" && !entry.value.includes("%(ENV_");
    if (!spec || value === undefined || (isBare && isDefault(entry.key, value, kind))) {
      waiting.push(...over, ...(next === "" ? [] : [next]));
      continue;
    }
    if (spec.type === "environment") over.push(...takenApart(entry, value as Values));
    const text = withHere(tree, entry, value);
    // With numprocs=0 nobody has looked at these yet, and a variable that is not set was no mistake.
    const isUnread = values["numprocs"] === 0 && PROCESS_NAMES.has(entry.key);
    const printed = isUnread ? text : printOption(spec.type, text, entry.value, scopeOf(entry.key));
    options.push({ above: [...waiting, ...over], beside: next, name: option, value: printed });
    waiting = [];
  }
  // What follows from leaving a key out, where that means something else in a config object.
  for (const [option, value] of Object.entries(values)) {
    if (!handled.has(option)) options.push({ above: [], beside: "", name: option, value });
  }
  waiting.push(...comments.below(section.place));
  return { name, above: [...above, ...(beside === "" ? [] : [beside])], options, below: waiting };
}

/**
 * Which variables held whole pairs: a config object can only have the pairs themselves, as they are now. Text such as
 * `A=1,%(ENV_PAIRS)s` is the one place where the import depends on the environment it is done in.
 */
function takenApart(entry: TreeEntry, pairs: Values): string[] {
  const kept = Object.values(pairs).join("");
  const names = new Set([...entry.value.matchAll(/(?<!%)%\(ENV_([^()]*)\)/g)].map(([, name = ""]) => name));
  return [...names].flatMap((name) =>
    kept.includes(`%(ENV_${name})`) ? [] : [printComment(` What ${name} held when this was imported is written out.`)],
  );
}

function printPart(part: string, sections: readonly PrintedSection[]): string {
  const many = sections.length > 1;
  const objects = sections.map((section) => {
    const above = section.above.map((line) => `  ${many ? "  " : ""}${line}`);
    const lead = many ? "    {" : `  ${printKey(part)}: {`;
    return [...above, lead, ...printOptions(section, many ? "      " : "    "), many ? "    }," : "  },"].join("\n");
  });
  return many ? `  ${printKey(part)}: [\n${objects.join("\n")}\n  ],` : (objects[0] ?? "");
}

function printKeyed(part: string, sections: readonly PrintedSection[]): string {
  const lines = sections.flatMap((section, index) => [
    ...(index > 0 && section.above.length > 0 ? [""] : []),
    ...section.above.map((line) => `    ${line}`),
    `    ${printKey(section.name)}: {`,
    ...printOptions(section, "      "),
    "    },",
  ]);
  return `  ${part}: {\n${lines.join("\n")}\n  },`;
}

function printOptions(section: PrintedSection, indent: string): string[] {
  const options = section.options.flatMap(({ above, name, value, beside }) => [
    ...above.map((line) => indent + line),
    `${indent}${printPair(name, printValue(value, indent))},${beside === "" ? "" : ` ${beside}`}`,
  ]);
  return [...options, ...section.below.map((line) => indent + line)];
}

function printPair(name: string, value: string): string {
  return name === value ? name : `${printKey(name)}: ${value}`;
}

function printRpc(config: Values): string {
  // Without the section Supervisor offers no interface; a config object that leaves it out offers its own.
  const names = config["rpcinterface"];
  const printed = printValue(names);
  return names === undefined || printed === '["supervisor"]' ? "" : `  rpcinterface: ${printed},`;
}

/** What a config object has no place for. */
function leftovers(tree: IniTree, warnings: readonly Problem[]): string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.map(({ message, place }) => {
    const value = [...tree.sections.values()]
      .flatMap(({ entries }) => [...entries.values()])
      .find((entry) => entry.place === place)?.value;
    const where = place ? `${nearName(tree, place.file)}:${place.line}: ` : "";
    return printComment(` ${where}${message}${value === undefined ? "" : ` (it was ${JSON.stringify(value)})`}`);
  });
  return ["// Not carried over:", ...lines];
}

/** How a file is called from the folder of the main file. */
function nearName(tree: IniTree, file: string): string {
  const folder = withSlash(folderOf(tree.mainFile));
  return file.startsWith(folder) ? file.slice(folder.length) : file;
}

/**
 * Gives a text its `%(here)s` back. As soon as a file includes others, Supervisor replaces it by the folder itself; the
 * printed file should still work when the whole tree is moved.
 */
function withHere(tree: IniTree, entry: TreeEntry, value: unknown): unknown {
  const { value: written, place } = entry.source;
  const own = folderOf(place.file);
  const top = folderOf(tree.mainFile);
  // An escaped one is replaced, too, and one in [DEFAULT] by the folder of whichever file its section is in.
  const isReplaced = written !== entry.value && written.replaceAll("%(here)s", () => own) === entry.value;
  if (!isReplaced || value !== toTemplate(entry.value) || written.includes("%%(here)s")) return value;
  if (own !== top && !own.startsWith(withSlash(top))) return value;
  const below = own === top ? "" : `/${own.slice(withSlash(top).length)}`;
  return toTemplate(written.replaceAll("%(here)s", () => `%(here)s${below}`));
}

function withSlash(folder: string): string {
  return folder.endsWith("/") ? folder : `${folder}/`;
}
