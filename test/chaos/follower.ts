import { spawn } from "node:child_process";
import { request } from "node:http";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { GAP_MARKER } from "../../src/http/streams/follow-file.ts";
import type { StreamItem } from "../../src/protocol/api.ts";
import type { World } from "./world.ts";

/** The ways in which an output can be followed. */
export type FollowKind = "logtail" | "supervisorctl" | "events" | "json";

/** Reads as slowly as it is told to, and checks that the numbered lines come without a gap that is not told. */
export class Follower {
  readonly kind: FollowKind;
  readonly name: string;
  readonly #size: number;
  #rest = "";
  #text = "";
  /** Number of the line that has to come next; `null` before the first. */
  #next: number | null = null;
  #gapTold = false;
  #gapBytes = 0;
  lines = 0;
  gaps = 0;
  readonly broken: string[] = [];
  #end: () => void = () => {};

  /** Of the writer `name`, whose lines have `size` bytes. */
  constructor(kind: FollowKind, name: string, size: number) {
    this.kind = kind;
    this.name = name;
    this.#size = size;
  }

  /** The number of the last line heard, or passed by with a gap that was told. */
  get last(): number {
    return (this.#next ?? 0) - 1 + Math.floor(this.#gapBytes / this.#size);
  }

  /** Begins to follow; `wait` says how long to rest after each piece. */
  async start(world: World, socketPath: string, wait: () => Promise<void> | number): Promise<void> {
    const source = await this.#open(world, socketPath);
    const read = async (): Promise<void> => {
      for await (const chunk of source) {
        this.#take((chunk as Buffer).toString("latin1"));
        const rest = wait();
        await (typeof rest === "number" ? pause(rest) : rest);
      }
    };
    // It ends when it is cut off.
    read().catch(() => {});
  }

  stop(): void {
    this.#end();
  }

  async #open(world: World, socketPath: string): Promise<Readable> {
    if (this.kind === "supervisorctl") {
      const program = join(resolve(import.meta.dirname, "../.."), "bin/supervisorctl");
      const args = ["-s", `unix://${socketPath}`, "tail", "-f", this.name];
      const child = spawn(program, args, { cwd: world.folder, env: world.project.env, detached: true });
      this.#end = () => void child.kill("SIGTERM");
      return child.stdout;
    }
    const path = this.kind === "logtail" ? `/logtail/${this.name}/stdout` : `/api/v1/stream?names=${this.name}&logs=1`;
    const headers = this.kind === "events" ? { Accept: "text/event-stream" } : {};
    return await new Promise((resolve, reject) => {
      const call = request({ socketPath, path, headers, agent: false }, (response) => {
        if (response.statusCode === 200) resolve(response);
        else reject(new Error(`${path}: HTTP ${response.statusCode}`));
      });
      call.once("error", reject).end();
      this.#end = () => call.destroy();
    });
  }

  #take(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (this.kind === "logtail" || this.kind === "supervisorctl") this.#line(line);
      else if (this.kind === "events" ? line.startsWith("data: ") : line !== "")
        this.#item(JSON.parse(line.replace(/^data: /, "")) as StreamItem);
    }
  }

  #item(item: StreamItem): void {
    if (item.type === "gap") {
      this.gaps++;
      this.#gapBytes += item.bytes;
      if (this.#text !== "") this.#fail(`a gap after half a line: ${this.#text}`);
      this.#text = "";
    }
    if (item.type !== "output") return;
    const lines = (this.#text + Buffer.from(item.data, "base64").toString("latin1")).split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (`${line}\n` === GAP_MARKER) {
      this.gaps++;
      this.#gapTold = true;
      return;
    }
    const found = /^(\S+) \d+ (\d+) \.*$/.exec(line);
    if (found === null || found[1] !== this.name || line.length !== this.#size - 1) {
      // The end of a log begins somewhere in a line; supervisorctl has a heading.
      if (this.#next !== null) this.#fail(`garbled: ${line}`);
      return;
    }
    const seq = Number(found[2]);
    // A gap before the first line says nothing about which line that is.
    const expected = this.#next === null ? seq : this.#next + this.#gapBytes / this.#size;
    if (seq < expected) this.#fail(`line ${seq} again, or a gap too large: ${expected} was to come`);
    else if (seq > expected && !this.#gapTold)
      this.#fail(`lines ${expected} to ${seq - 1} are missing, and nothing is said`);
    this.lines++;
    this.#next = seq + 1;
    this.#gapTold = false;
    this.#gapBytes = 0;
  }

  #fail(what: string): void {
    if (this.broken.length < 3) this.broken.push(`${this.kind} of ${this.name}: ${what}`);
  }
}
