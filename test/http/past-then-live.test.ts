import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ItemWriter, jsonLine } from "../../src/http/streams/item-writer.ts";
import { PastThenLive } from "../../src/http/streams/past-then-live.ts";
import { PastLog } from "../../src/logs/past-log.ts";
import type { StreamItem } from "../../src/protocol/api.ts";

/** A client that takes nothing until it is told to. */
class Client extends Writable {
  text = "";
  #reads = false;
  #taken: (() => void) | null = null;

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    if (this.#reads) done();
    else this.#taken = done;
  }

  read(): void {
    this.#reads = true;
    this.#taken?.();
  }
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "past-then-live-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const STREAMS = 40;
const PAST = `${"p".repeat(99)}\n`.repeat(2000);
const LIVE = Buffer.from(`${"l".repeat(99)}\n`.repeat(500));
const ROUNDS = 10;

test("many streams for a client that does not read: few logs are open, and all together hold little; nothing is missing in silence", async () => {
  const log = join(folder, "x.log");
  writeFileSync(log, PAST);
  const client = new Client();
  const writer = new ItemWriter(client as unknown as ServerResponse, jsonLine);
  let opened = 0;
  const streams = Array.from({ length: STREAMS }, (_, index) => new PastThenLive(writer, `p${index}`, "stdout"));
  const begun = streams.map((stream) =>
    stream.begin(() => {
      opened++;
      return new PastLog(log, { from: { bytes: PAST.length }, backups: 0 });
    }, PAST.length),
  );
  let position = PAST.length;
  for (let round = 0; round < ROUNDS; round++) {
    position += LIVE.length;
    for (const stream of streams) stream.live({ type: "output", key: "p", stream: "stdout", data: LIVE, position });
  }
  expect(opened).toBe(8);
  expect(writer.held).toBeLessThanOrEqual((4 << 20) + LIVE.length);

  client.read();
  await Promise.all(begun);
  expect(opened).toBe(STREAMS);
  expect(writer.held).toBe(0);
  const heard = new Map<string, number>();
  let gaps = 0;
  for (const line of client.text.trimEnd().split("\n")) {
    const item = JSON.parse(line) as StreamItem;
    if (item.type !== "output" && item.type !== "gap") continue;
    const bytes = item.type === "gap" ? item.bytes : Buffer.from(item.data, "base64").length;
    heard.set(item.namespec, (heard.get(item.namespec) ?? 0) + bytes);
    if (item.type === "gap") gaps++;
  }
  expect([...heard.values()]).toEqual(Array.from({ length: STREAMS }, () => position));
  expect(gaps).toBeGreaterThan(0);
});
