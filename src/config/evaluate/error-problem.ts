import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, resolve } from "node:path";
import type { Place, Problem } from "../../model/problem.ts";
import type { SourceFiles } from "./bundle-config.ts";
import { BUNDLE_NAME } from "./run-bundle.ts";

/** Turns what a running config threw into a problem at its place in the source as written. */
export class ErrorPlaces {
  readonly #file: string;
  readonly #map: SourceMap;
  readonly #sources: SourceFiles;

  constructor(file: string, map: string, sources: SourceFiles) {
    this.#file = file;
    this.#map = new SourceMap(JSON.parse(map) as SourceMapPayload);
    this.#sources = sources;
  }

  problem(thrown: unknown, what: string, hint: string): Problem {
    const place = this.placeOf(thrown);
    const message = `${what}: ${describe(thrown)}`;
    return place === undefined ? { message, hint } : { message, hint, place };
  }

  /** The innermost frame of an error's stack, or of its causes, that lies in the config's own sources. */
  placeOf(thrown: unknown): Place | undefined {
    for (let error: unknown = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
      const frames = String(error.stack).matchAll(new RegExp(`${BUNDLE_NAME}:(\\d+):(\\d+)`, "g"));
      for (const [, line, column] of frames) {
        const place = this.#original(Number(line) - 1, Number(column) - 1);
        if (place !== undefined) return place;
      }
    }
    return undefined;
  }

  #original(line: number, column: number): Place | undefined {
    const entry = this.#map.findEntry(line, column);
    if (!("originalSource" in entry) || entry.originalSource === undefined) return undefined;
    const file = resolve(dirname(this.#file), entry.originalSource);
    // What stands in for a module that is not there.
    if (!this.#sources.files.includes(file)) return undefined;
    const originalLine = entry.originalLine + 1;
    // findEntry answers the nearest mapping before the position, which may be far off in generated code.
    return { file, line: originalLine, column: this.#sources.firstColumn(file, originalLine, entry.originalColumn) };
  }
}

/** One line about anything that can be thrown, even about what resists being looked at. */
export function describe(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error))
      return `${typeof thrown === "string" ? JSON.stringify(thrown) : String(thrown)} (not an Error)`;
    const name = thrown.name === "Error" || thrown.name === undefined ? "" : `${thrown.name}: `;
    const cause = thrown.cause instanceof Error ? ` (caused by: ${thrown.cause.message})` : "";
    const [first = "", ...rest] = `${name}${thrown.message}${cause}`.split("\n");
    return rest.length === 0 ? first : `${first} …`;
  } catch {
    return "something that cannot be shown";
  }
}
