import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import type { EnvFileContents } from "../model/world.ts";

/** Bytes. The kernel takes no larger environment (a quarter of the usual stack limit of 8 MB, execve(2)). */
const LARGEST = 2 * 1024 * 1024;

/** Reads files of `NAME=value` lines, each once, and remembers which were asked for: those are part of the config. */
export class EnvFiles {
  readonly #read = new Map<string, EnvFileContents>();

  /** Absolute paths of all files asked for, found or not. */
  get files(): readonly string[] {
    return [...this.#read.keys()];
  }

  /** Never throws. The syntax is that of Node's `--env-file`: comments, `export`, quotes, values of several lines. */
  read(path: string): EnvFileContents {
    const file = resolve(path);
    const known = this.#read.get(file) ?? readEnvFile(file);
    this.#read.set(file, known);
    return known;
  }
}

function readEnvFile(file: string): EnvFileContents {
  try {
    const text = readFileSync(file, "utf8");
    if (text.includes("\0")) return { ok: false, missing: false, reason: "it contains NUL characters" };
    if (text.length > LARGEST) return { ok: false, missing: false, reason: "it is larger than an environment can be" };
    // A byte order mark would become part of the first name.
    const variables = parseEnv(text.replace(/^\uFEFF/, "")) as Record<string, string>;
    return { ok: true, variables };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { ok: false, missing: true, reason: "there is no such file" };
    return { ok: false, missing: false, reason: code === "EISDIR" ? "it is a folder" : message };
  }
}
