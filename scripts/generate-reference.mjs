// The reference of the library, out of the comments in its source: every name that the package exports, with its signature.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseSync } from "oxc-parser";

const HEAD = `<!-- Written by scripts/generate.mjs from the comments in src/. Do not edit. -->

# Reference of the library

What the package exports. [api.md](../api.md) shows how it is used; the options of a config are in [config.md](config.md), the JSON API
behind the client is described by [openapi.json](openapi.json).
`;

/** Described elsewhere, option by option. */
const CONFIG = "src/model/config.ts";

/** @returns {string} docs/reference/api.md */
export function apiReference(root) {
  const entries = { sup: "src/index.ts", "sup/client": "src/client.ts", "sup/embed": "src/embed.ts" };
  /** Declaration -> the heading under which it is described. */
  const described = new Map();
  const sections = Object.entries(entries).map(([name, file]) => {
    const exported = exportsOf(join(root, file)).map((one) => ({ ...one, file: relative(root, one.file) }));
    const parts = exported.filter((one) => one.file !== CONFIG).map((one) => part(root, one, described));
    const options = exported.filter((one) => one.file === CONFIG).map((one) => `\`${one.name}\``);
    const more =
      options.length === 0 ? "" : `\nTypes of the config, see [config.md](config.md): ${options.join(", ")}.\n`;
    return `## ${name}\n\n${parts.join("\n")}${more}`;
  });
  return `${HEAD}\n${sections.join("\n")}`;
}

/** The names that a file passes on, and the files in which they are declared, in its order. */
function exportsOf(file) {
  const { program } = parse(file);
  return program.body.flatMap((statement) =>
    statement.type === "ExportNamedDeclaration" && statement.source !== null
      ? statement.specifiers.map((one) => ({
          name: one.exported.name,
          file: join(dirname(file), statement.source.value),
        }))
      : [],
  );
}

function part(root, { name, file }, described) {
  const before = described.get(`${file} ${name}`);
  if (before !== undefined) return `- \`${name}\`: as in ${before}.\n`;
  described.set(`${file} ${name}`, `[${name}](#${name.toLowerCase()})`);
  const source = parse(join(root, file));
  const statement = source.program.body.find((one) => one.declaration?.id?.name === name);
  if (statement === undefined) throw new Error(`${file} declares no ${name}`);
  const { declaration } = statement;
  const comment = commentBefore(source, statement.start);
  if (comment === null) throw new Error(`${file}: ${name} is exported from the package and has no comment`);
  const heads = (declaration.extends ?? []).map((one) => head(source, one.expression.name, file, described)).join("");
  const members = declaration.type === "ClassDeclaration" ? methods(source, declaration, file) : "";
  return `### ${name}\n\n${code(signature(source, declaration))}\n${prose(comment)}\n${heads}${members}`;
}

/** What an interface is built on and the package does not export, where it is met first. */
function head(source, name, file, described) {
  const declaration = source.program.body.find((one) => one.type === "TSInterfaceDeclaration" && one.id.name === name);
  if (declaration === undefined || described.has(`${file} ${name}`)) return "";
  described.set(`${file} ${name}`, name);
  const above = declaration.extends.map((one) => head(source, one.expression.name, file, described)).join("");
  return `\n${code(source.text.slice(declaration.start, declaration.end))}${above}`;
}

/** What is declared, without what it does. */
function signature(source, declaration) {
  const { text } = source;
  switch (declaration.type) {
    case "FunctionDeclaration":
      return `${text.slice(declaration.start, declaration.body.start).trim()};`;
    case "ClassDeclaration": {
      const fields = declaration.body.body
        .filter((one) => one.type === "PropertyDefinition" && one.key.type === "Identifier")
        .map((one) => `  ${text.slice(one.start, one.end).replace("override ", "")}`);
      const head = text.slice(declaration.start, declaration.body.start).trim();
      return fields.length === 0 ? `${head} { ... }` : `${head} {\n${fields.join("\n")}\n}`;
    }
    case "TSDeclareFunction":
    default:
      return text.slice(declaration.start, declaration.end);
  }
}

function methods(source, declaration, file) {
  return (
    declaration.body.body
      // Nobody else makes them.
      .filter((one) => one.type === "MethodDefinition" && one.kind !== "constructor")
      .filter((one) => one.key.type === "Identifier" || one.computed)
      .map((one) => [one, commentBefore(source, one.start)])
      .filter(([, comment]) => comment === null || !comment.includes("@internal"))
      .map(([one, comment]) => {
        const name = one.computed ? `[${source.text.slice(one.key.start, one.key.end)}]` : `.${one.key.name}`;
        if (comment === null) throw new Error(`${file}: ${declaration.id.name}${name} has no comment`);
        const text = source.text
          .slice(one.start, one.value.body.start)
          .trim()
          .replace(/^(?:async \*|async |\*)/, "");
        return `#### ${declaration.id.name}${name}\n\n${code(`${text};`)}\n${prose(comment)}\n`;
      })
      .join("\n")
  );
}

/** Markdown of a comment: its text, then what it throws. */
function prose(comment) {
  const [text = "", ...tags] = comment.split(/^@/m);
  const thrown = tags.filter((tag) => tag.startsWith("throws ")).map((tag) => tag.slice("throws ".length));
  const other = tags.filter((tag) => tag.startsWith("param ")).map((tag) => tag.slice("param ".length));
  const lines = [
    text.trim(),
    ...other.map((one) => `- ${oneLine(one).replace(/^(\w+) /, "`$1`: ")}`),
    ...thrown.map((one) => `Throws: ${oneLine(one)}`),
  ];
  return lines
    .filter((line) => line !== "")
    .join("\n\n")
    .replaceAll(/\{@link (?:\w+\.)?(\w+)\}/g, "`$1`");
}

const oneLine = (text) => text.trim().replaceAll(/\s*\n\s*/g, " ");

const code = (text) => `\`\`\`ts\n${text}\n\`\`\`\n`;

/** The text of the comment that ends right before this place. */
function commentBefore({ text, comments }, start) {
  const comment = comments.findLast((one) => one.end <= start);
  // Comments of lines may stand between: they are for who reads the source.
  if (comment?.type === "Line") return commentBefore({ text, comments }, comment.start);
  if (comment?.type !== "Block" || !comment.value.startsWith("*")) return null;
  const between = text.slice(comment.end, start).replaceAll(/^\s*\/\/.*$/gm, "");
  if (between.trim() !== "") return null;
  return comment.value
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

const parsed = new Map();

function parse(file) {
  if (!existsSync(file)) throw new Error(`there is no ${file}`);
  if (parsed.has(file)) return parsed.get(file);
  const text = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const source = { text, program, comments };
  parsed.set(file, source);
  return source;
}
