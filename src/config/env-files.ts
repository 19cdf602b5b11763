import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { readRegular } from "../files/read-regular.ts";
import type { Problem } from "../model/problem.ts";
import type { EnvFileContents } from "../model/world.ts";

/** Bytes. The kernel takes no larger environment (a quarter of the usual stack limit of 8 MB, execve(2)). */
const LARGEST = 2 * 1024 * 1024;

const COMMENT_OR_BLANK = /^\s*(?:#|$)/;
/** A value in quotes may go over several lines. */
const QUOTED = /^[ \t]*(?:export[ \t]+)?[^\s#=]+[ \t]*=[ \t]*(["'`])[\s\S]*?\1/gm;

/** Lines, from 1, that set nothing: no variable, no comment, not within a value. They are passed over without a word by the parser. */
export function linesWithoutMeaning(text: string): number[] {
  const flat = text.replace(QUOTED, (value) => `X=${"\nX=".repeat(value.split("\n").length - 1)}`);
  return flat
    .split("\n")
    .flatMap((line, index) => (line.includes("=") || COMMENT_OR_BLANK.test(line) ? [] : [index + 1]));
}

/** Reads files of `NAME=value` lines, each once, and remembers which were asked for: those are part of the config. */
export class EnvFiles {
  readonly #read = new Map<string, EnvFileContents>();
  readonly #warnings: Problem[] = [];

  /** Absolute paths of all files asked for, found or not. */
  get files(): readonly string[] {
    return [...this.#read.keys()];
  }

  /** Lines that set nothing. */
  get warnings(): readonly Problem[] {
    return this.#warnings;
  }

  /** Never throws. The syntax is that of Node's `--env-file`: comments, `export`, quotes, values of several lines. */
  read(path: string): EnvFileContents {
    const file = resolve(path);
    const known = this.#read.get(file) ?? this.#readFile(file);
    this.#read.set(file, known);
    return known;
  }

  #readFile(file: string): EnvFileContents {
    try {
      // A byte order mark would become part of the first name.
      const text = readRegular(file)
        .toString("utf8")
        .replace(/^\uFEFF/, "");
      if (text.includes("\0")) return { ok: false, missing: false, reason: "it contains NUL characters" };
      if (text.length > LARGEST)
        return { ok: false, missing: false, reason: "it is larger than an environment can be" };
      for (const line of linesWithoutMeaning(text)) {
        // Without a place: the code frame would show its neighbours, which are often secret.
        const message = `line ${line} of ${file} sets no variable and is ignored`;
        this.#warnings.push({ message, hint: "write NAME=value, or # before a comment" });
      }
      return { ok: true, variables: parseEnv(text) as Record<string, string> };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return { ok: false, missing: true, reason: "there is no such file" };
      return { ok: false, missing: false, reason: code === "EISDIR" ? "it is a folder" : message };
    }
  }
}
