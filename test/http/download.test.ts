import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sendDownload } from "../../src/http/web/log-page.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { eventually } from "../support/http.ts";

const nobody = { find: () => null } as unknown as Supervisor;
/** Bytes: more than a connection takes unread. */
const SIZE = 64 << 20;
let folder: string;
let server: Server;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "download-"));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a download of a log that is emptied meanwhile ends the connection, for it cannot keep its length", async () => {
  const log = join(folder, "x.log");
  writeFileSync(log, "");
  truncateSync(log, SIZE);
  server = createServer((request, response) => {
    if (request.url === "/log") sendDownload(nobody, log, new URLSearchParams("stream=main"), request, response);
    else response.end("what comes next");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let [received, last, closed] = [0, "", false];
  client.on("data", (chunk: Buffer) => {
    if (received === 0) client.pause();
    received += chunk.length;
    last = chunk.toString("latin1");
  });
  client.on("error", () => {});
  client.once("close", () => (closed = true));
  client.write("GET /log HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  await eventually(() => received > 0, "the beginning");
  truncateSync(log, 0);
  client.resume();
  await eventually(() => closed, "the end of the connection");
  expect(received).toBeLessThan(SIZE);
  expect(last).not.toContain("what comes next");
});
