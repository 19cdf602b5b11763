import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { Connections } from "../../src/http/sockets/connections.ts";
import { closeHttpServer, createHttpServer } from "../../src/http/sockets/http-server.ts";
import { eventually } from "../support/http.ts";

const open: Server[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await Promise.all(open.splice(0).map(closeHttpServer));
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** One connection, and all that has come on it. */
class Client {
  readonly socket: Socket;
  received = "";
  closed = false;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (chunk: Buffer) => (this.received += chunk.toString("latin1")));
    this.socket.on("error", () => {});
    this.socket.once("close", () => (this.closed = true));
    clients.push(this);
  }

  get statuses(): readonly string[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);
  }

  async ask(path = "/"): Promise<void> {
    const before = this.statuses.length;
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await eventually(() => this.closed || this.statuses.length > before, "an answer");
  }
}

let now = 0;

async function serve(lastAnswer?: number): Promise<{ port: number; held: ServerResponse[] }> {
  now = 0;
  const connections = new Connections(3, () => now, lastAnswer);
  const held: ServerResponse[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, (request: IncomingMessage, response: ServerResponse) => {
    connections.begin(request, response);
    if (request.url === "/held") held.push(response);
    else response.end("x");
  });
  Object.assign(server, { maxConnections: 3, httpAllowHalfOpen: true });
  server.on("connection", (socket: Socket) => connections.add(socket));
  server.on("drop", () => connections.makeRoom());
  return { port: await listen(server), held };
}

describe("connections, where there is room for three", () => {
  test("the one that has been idle for longest gives way, once it has been so for two minutes", async () => {
    const { port } = await serve();
    const [first, second, third] = [new Client(port), new Client(port), new Client(port)];
    for (const client of [first, second, third]) await client.ask();
    now = 60_000;
    await first.ask();
    now = 119_999;
    const early = new Client(port);
    await early.ask();
    expect(early).toMatchObject({ received: "", closed: true });
    now = 120_000;
    await new Client(port).ask();
    await eventually(() => second.closed, "the second to be closed");
    // And with the next, who makes it full again, at once.
    const fourth = new Client(port);
    await fourth.ask();
    expect(fourth.statuses).toEqual(["200"]);
    await eventually(() => third.closed, "the third to be closed");
    await first.ask();
    expect(first.statuses).toHaveLength(3);
    const fifth = new Client(port);
    await fifth.ask();
    expect(fifth.statuses).toEqual(["200"]);
  });

  test("those that wait for an answer stay, however long it takes", async () => {
    const { port, held } = await serve();
    const busy = [new Client(port), new Client(port), new Client(port)];
    for (const client of busy) client.socket.write("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    await eventually(() => held.length === 3, "three requests");
    now = 1e9;
    const late = new Client(port);
    await late.ask();
    expect(late).toMatchObject({ received: "", closed: true });
    for (const response of held) response.end("x");
    for (const client of busy) await eventually(() => client.statuses.length === 1, "its answer");
  });
});

describe("a connection whose client says no more", () => {
  test("ends, though its answer never does", async () => {
    const { port, held } = await serve(1);
    const client = new Client(port);
    client.socket.end("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    await eventually(() => client.closed, "the end");
    expect([held.length, client.received]).toEqual([1, ""]);
  });
});

describe("a server's connections", () => {
  test("over TCP are asked by the system whether the other machine is still there", async () => {
    const port = await listen(createHttpServer(true, (_, response) => response.end("x")));
    const client = new Client(port);
    await client.ask();
    // proc(5): the address, the other's, the state (1: established), the queues, and the timer: 2 is that of keepalive, which
    // counts down hundredths of seconds once what was sent is acknowledged.
    const line = new RegExp(`^ *\\d+: 0100007F:${hex(port)} \\S+ 01 \\S+ 02:(\\S+) `, "m");
    const due = (): string | undefined => line.exec(readFileSync("/proc/net/tcp", "latin1"))?.[1];
    await eventually(() => due() !== undefined, "the timer of keepalive");
    expect(Number.parseInt(due() ?? "", 16)).toBeLessThanOrEqual(6000);
  });

  test("that are half closed get their answers", async () => {
    const held: ServerResponse[] = [];
    const port = await listen(createHttpServer(true, (_, response) => held.push(response)));
    const client = new Client(port);
    client.socket.end("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    await eventually(() => held[0]?.socket?.readableEnded === true, "the end of what is sent");
    held[0]?.end("first");
    await eventually(() => held.length === 2, "the second request");
    held[1]?.end("second");
    await eventually(() => client.closed, "the end");
    expect(client.statuses).toEqual(["200", "200"]);
  });

  test("that go on with what is no request get their answers first, and then 400", async () => {
    const held: ServerResponse[] = [];
    const port = await listen(
      createHttpServer(true, (request, response) => {
        if (request.method === "POST") request.resume().once("end", () => held.push(response));
        else held.push(response);
      }),
    );
    const client = new Client(port);
    client.socket.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\nno request\r\n\r\n");
    await eventually(() => held.length === 1, "the first request");
    held[0]?.write("be");
    client.socket.write("nor this\r\n\r\n");
    await eventually(() => client.received.includes("be"), "the first half");
    held[0]?.end("gun");
    await eventually(() => held.length === 2, "the second request");
    expect(client.statuses).toEqual(["200"]);
    held[1]?.end("second");
    await eventually(() => client.closed, "the end");
    expect(client.statuses).toEqual(["200", "200", "400"]);
    expect(client.received).toContain("2\r\nbe\r\n3\r\ngun\r\n0\r\n\r\nHTTP/1.1 200 OK");

    // What is wrong within a body is told at once: its request will never be whole.
    const broken = new Client(port);
    broken.socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n");
    await eventually(() => broken.closed, "the end");
    expect(broken.statuses).toEqual(["400"]);
  });
});

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
