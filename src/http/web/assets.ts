import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { escapeHtml, type Html } from "./html.ts";
import { sendErrorPage } from "../error-page.ts";

interface Asset {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** The files under templates/web: styles and scripts that are served as they are, and the frame of all pages. */
export class WebAssets {
  readonly #folder: string;
  #files: ReadonlyMap<string, Asset> | null = null;

  /** @param folder is read when the first page is asked for: a daemon that nobody looks at does not need it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Answers `/web/<file>`; false if there is no such file. The names are looked up in a list: no path can lead out. */
  send(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const name = path.slice("/web/".length);
    const asset = extname(name) === ".html" ? undefined : this.#all().get(name);
    if (asset === undefined) return false;
    if (request.method !== "GET" && request.method !== "HEAD") {
      sendErrorPage(response, 405, { headers: { Allow: "GET, HEAD" } });
      return true;
    }
    const headers = { ETag: asset.etag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff" };
    if (request.headers["if-none-match"] === asset.etag) {
      response.writeHead(304, headers).end();
      return true;
    }
    response.writeHead(200, { ...headers, "Content-Type": asset.type, "Content-Length": asset.bytes.length });
    response.end(request.method === "HEAD" ? undefined : asset.bytes);
    return true;
  }

  /** The frame with its blanks filled in: `{{name}}` stands for a value. */
  fill(template: string, values: Readonly<Record<string, string | Html>>): string {
    const text = this.#all().get(template)?.bytes.toString("utf8") ?? "";
    return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = values[name] ?? "";
      return typeof value === "string" ? escapeHtml(value) : value.text;
    });
  }

  #all(): ReadonlyMap<string, Asset> {
    this.#files ??= new Map(
      readdirSync(this.#folder)
        .filter((name) => TYPES[extname(name)] !== undefined)
        .map((name) => [name, readAsset(join(this.#folder, name))]),
    );
    return this.#files;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

function readAsset(file: string): Asset {
  const bytes = readFileSync(file);
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  return { bytes, type: TYPES[extname(file)] ?? "text/plain; charset=utf-8", etag };
}
