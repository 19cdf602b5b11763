import { createServer, request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { sendDocument } from "../../src/http/send-document.ts";
import { Utf8Text } from "../../src/protocol/utf8-text.ts";
import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { responseParts } from "../../src/protocol/xml-rpc-encode.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

const MEGABYTES = 4;
const textOf = (megabytes: number): Utf8Text => new Utf8Text(Buffer.alloc(megabytes << 20, "a <b> \xff\n", "latin1"));
const text = textOf(MEGABYTES);

/** A server whose answer is a long text; `most`: what was buffered of it at most; `over`: it has been dealt with. */
async function serve(sent = text, patience?: number) {
  const seen = { most: 0, turns: 0 };
  let over: Promise<void> = Promise.resolve();
  const server = createServer((_, response) => {
    const look = (): void => {
      seen.turns++;
      seen.most = Math.max(seen.most, response.writableLength);
      if (!response.writableFinished && !response.destroyed) setImmediate(look);
    };
    look();
    over = sendDocument(response, responseParts([sent, 7]), patience);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const asked = request({ port, host: "127.0.0.1", agent: false });
  asked.on("error", () => undefined);
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return { answer, seen, over: () => over };
}

test("a long text arrives whole, with its length, in many turns and never much of it in memory", async () => {
  const { answer, seen } = await serve();
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  expect(answer.headers["content-length"]).toBe(String(body.length));
  expect(answer.headers["content-type"]).toBe("text/xml");
  const decoded = decodeResponse(body);
  expect(decoded.kind === "value" && Array.isArray(decoded.value) && decoded.value[0] === text.toString()).toBe(true);
  // Twice a turn for each of its pieces.
  expect(seen.turns).toBeGreaterThan(MEGABYTES * 30);
  expect(seen.most).toBeLessThan(1 << 20);
});

test("who leaves in the middle is no error", async () => {
  const { answer, over } = await serve();
  answer.destroy();
  await expect(over()).resolves.toBeUndefined();
});

test("who takes nothing for long is left, rather than kept a long text for", async () => {
  const { answer, over } = await serve(textOf(32), 200);
  // It began to come, and nobody reads it.
  await over();
  answer.resume();
  await expect(once(answer, "end")).rejects.toMatchObject({ code: "ECONNRESET" });
});
