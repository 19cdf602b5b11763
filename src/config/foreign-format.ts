import { basename, extname } from "node:path";
import { sectionKind } from "../ini/key-table.ts";
import type { Problem } from "../model/problem.ts";
import { CONFIG_NAMES } from "./find-config.ts";

/** What is read, in words. */
const READ = `sup reads ${CONFIG_NAMES[0]} (or .mts, .cts, .js, .mjs, .cjs, .json), and Supervisor's own format (supervisord.conf)`;

/**
 * What is to be said of a file that was taken for Supervisor's format, because of its name, and is none: what it looks like, and
 * what `sup` reads. `null` if it may be Supervisor's, with whatever mistakes. Pure.
 */
export function foreignFormat(file: string, text: string): Problem | null {
  const look = lookOf(file, text);
  if (look === null) return null;
  const [name, hint] = look;
  return { message: `${file} looks like ${name}`, hint, place: { file, line: 1, column: 1 } };
}

type Look = readonly [name: string, hint: string];

function lookOf(file: string, text: string): Look | null {
  const headers = [...text.matchAll(/^\[([^\]\n]+)\]/gm)].map(([, name = ""]) => name);
  if (headers.some((name) => sectionKind(name) !== null)) return null;
  const extension = extname(file).toLowerCase();
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(?:#|$)/.test(line));
  const first = lines[0] ?? "";
  if (CODE.test(text)) return ["TypeScript or JavaScript", `give it a name that ends in .ts or .js: ${READ}`];
  if (/^\s*[{[]\s*(?:"|$)/.test(first) && !headers.includes(first.slice(1, -1)))
    return ["JSON", `give it a name that ends in .json: ${READ}`];
  if (extension === ".yaml" || extension === ".yml" || first === "---") return ["YAML", READ];
  if (basename(file).startsWith("Procfile") || (lines.length > 0 && lines.every((line) => PROCFILE.test(line))))
    return ["a Procfile", `\`sup init\` in its folder makes a ${CONFIG_NAMES[0]} of a file called Procfile`];
  if (YAML.test(text)) return ["YAML", READ];
  if (extension === ".toml" || /^\w+ *= *(?:"[^"]*"|\[.*\]|true|false) *$/.test(first)) return ["TOML", READ];
  return null;
}

const CODE = /^\s*(?:import\s[^\n]*["']|export\s+default\b|module\.exports\b|(?:const|let)\s+\w+\s*=)/m;
/** `web: node server.js`, and nothing that is indented. */
const PROCFILE = /^[\w-]+:\s+\S/;
/** A key alone on its line, with more below it. */
const YAML = /^[\w-]+:[ \t]*\r?\n(?:[ \t]*(?:#.*)?\r?\n)*(?:[ \t]+[\w"'-]|- )/m;
