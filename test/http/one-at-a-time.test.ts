import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { oneAtATime } from "../../src/http/one-at-a-time.ts";
import { PipelinedClient } from "../support/pipelined-client.ts";
import { eventually } from "../support/http.ts";

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  server = createServer({ requestTimeout: 0 }, oneAtATime(handler));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe("requests of one connection", () => {
  it("are answered one after another, in order, however many were sent ahead", async () => {
    let atOnce = 0;
    let most = 0;
    const port = await serve((request, response) => {
      most = Math.max(most, ++atOnce);
      void readAll(request).then((text) =>
        setImmediate(() => {
          atOnce--;
          response.end(text, () => {});
        }),
      );
    });
    const client = new PipelinedClient({ port, host: "127.0.0.1" });
    const bodies = Array.from({ length: 500 }, (_, index) => `body ${index} ${"x".repeat(index % 97)}`);
    const answers = await Promise.all(bodies.map((body) => client.call(body)));
    expect(answers.map((answer) => answer.body.toString())).toEqual(bodies);
    expect(most).toBe(1);
    expect(client.connections).toBe(1);
    client.close();
  });

  it("stay unread in the socket while an answer takes its time, and are answered all the same", async () => {
    const held: ServerResponse[] = [];
    let answered = 0;
    const port = await serve((_, response) => {
      if (held.length === 0) held.push(response);
      else {
        answered++;
        response.end("x");
      }
    });
    const socket: Socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    // 24 MB, far more than the system's buffers take.
    const one = `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(12_000)}\r\n\r\n`;
    const total = 2000;
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
    socket.write(one.repeat(total));
    await eventually(() => held.length === 1, "the first request");
    // Nothing announces that a socket is not read any more: what is left to send stays the same.
    for (let before = -1; before !== socket.bytesWritten - socket.writableLength;) {
      before = socket.bytesWritten - socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(socket.writableLength).toBeGreaterThan(8 << 20);
    held[0]?.end("first");
    await eventually(() => received.split("HTTP/1.1 200").length - 1 === total, "all answers");
    expect(answered).toBe(total - 1);
    socket.destroy();
  });

  it("of different connections do not wait for one another", async () => {
    const held: ServerResponse[] = [];
    const port = await serve((request, response) => {
      if (request.url === "/slow") held.push(response);
      else response.end("quick");
    });
    const [slow, quick] = [0, 1].map(() => new PipelinedClient({ port, host: "127.0.0.1" })) as [
      PipelinedClient,
      PipelinedClient,
    ];
    const waiting = slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    await eventually(() => held.length === 1, "the slow request");
    expect((await quick.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")).body.toString()).toBe("quick");
    held[0]?.end("slow");
    expect((await waiting).body.toString()).toBe("slow");
    slow.close();
    quick.close();
  });
});
