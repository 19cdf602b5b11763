import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { ask, eventually, freePort, rpc } from "../support/http.ts";
import { Project } from "../support/project.ts";

/*
 * What a stranger on the network may try. Each case prints its figures as one line of JSON; while it lasts, an operator on the
 * unix socket goes on asking, and is answered.
 */
let project: Project;
let open: number;
let locked: number;
let socketPath: string;
let supervisorPid: number;

beforeAll(async () => {
  project = new Project();
  [open, locked] = [await freePort(), await freePort()];
  socketPath = join(project.folder, "s.sock");
  project.write(
    "supervisor.config.ts",
    `export default {
  unixHttpServer: { file: "s.sock" },
  inetHttpServer: [
    { port: "127.0.0.1:${open}" },
    { name: "locked", port: "127.0.0.1:${locked}", username: "user", password: "pass" },
  ],
  programs: {
    victim: { command: "/bin/sleep 1000" },
    late: { command: "/bin/sleep 1000", startsecs: 12, autostart: false },
  },
};`,
  );
  const up = await project.sup("up", "-d", "--no-watch");
  if (up.exitCode !== 0) throw new Error(up.stderr);
  supervisorPid = (await project.status()).supervisorPid;
});

afterAll(() => project.close());

/** Megabytes. */
function memory(): number {
  const status = readFileSync(`/proc/${supervisorPid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

interface Figures {
  readonly case: string;
  readonly rssBefore: number;
  readonly rssGrowth: number;
  /** Answers that the operator got, and how long the slowest and the one hundredth slowest took, milliseconds. */
  readonly answers: number;
  readonly p99: number;
}

/** Runs an attack while an operator asks for the state; prints and returns how both fared. */
async function under(
  name: string,
  attack: () => Promise<Record<string, unknown>>,
): Promise<Figures & Record<string, unknown>> {
  const rssBefore = memory();
  const watch = { over: false };
  const times: number[] = [];
  const operator = (async () => {
    while (!watch.over) {
      const start = performance.now();
      await rpc({ socketPath }, "supervisor.getState");
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const result = await attack();
  watch.over = true;
  await operator;
  times.sort((a, b) => a - b);
  const figures = {
    case: name,
    rssBefore: Math.round(rssBefore),
    rssGrowth: Math.round((memory() - rssBefore) * 10) / 10,
    answers: times.length,
    p99: Math.round(times[Math.floor(times.length * 0.99)] ?? 0),
    ...result,
  };
  console.log(JSON.stringify(figures));
  return figures;
}

/** Sends bytes for as long as they are taken; tells how many were, and the status of the answer if there was one. */
function pour(port: number, head: string, total: number): Promise<{ sent: number; status: string }> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const block = Buffer.alloc(1 << 20, "A");
    let queued = 0;
    let answer = "";
    const push = (): void => {
      while (queued < total) {
        queued += block.length;
        if (!socket.write(block)) return;
      }
    };
    socket.on("drain", push);
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.on("error", () => {});
    socket.once("close", () =>
      resolve({ sent: Math.round(socket.bytesWritten / (1 << 20)), status: answer.split("\r\n")[0] ?? "" }),
    );
    socket.write(head, push);
  });
}

describe("a stranger", () => {
  test("cannot make the daemon swallow a body of 256 MiB", async () => {
    const head = `POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: ${256 << 20}\r\n\r\n`;
    const figures = await under("256 MiB body", () => pour(open, head, 256 << 20));
    expect(figures["sent"]).toBeLessThan(32);
    expect(figures.rssGrowth).toBeLessThan(48);
    const locked401 = await under("256 MiB body, no password", () => pour(locked, head, 256 << 20));
    expect(locked401["sent"]).toBeLessThan(32);
  });

  test("nor one that never says how long it is", async () => {
    const head =
      "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n";
    const figures = await under("endless chunk", () => pour(open, head, 200 << 20));
    expect(figures["sent"]).toBeLessThan(32);
    expect(figures.rssGrowth).toBeLessThan(48);
  });

  test("nor a header of 64 MiB", async () => {
    const figures = await under("64 MiB header", () => pour(open, "GET / HTTP/1.1\r\nX: ", 64 << 20));
    expect(figures["sent"]).toBeLessThan(16);
    expect(figures["status"]).toMatch(/^(?:HTTP\/1.1 431 .*)?$/);
    expect(figures.rssGrowth).toBeLessThan(48);
  });

  test("nor half requests: 200 are closed in time, and so are connections that never say a word", async () => {
    const hold = (count: number, text: string): Promise<number> =>
      new Promise((resolve) => {
        let closed = 0;
        for (let index = 0; index < count; index++) {
          const socket: Socket = connect(open, "127.0.0.1", () => socket.write(text));
          socket.on("error", () => {});
          socket.on("data", () => {});
          socket.once("close", () => ++closed === count && resolve(closed));
        }
      });
    // Meanwhile an honest client keeps its connection and says nothing, and another waits long for its answer.
    const idle = new Agent({ keepAlive: true, maxSockets: 1 });
    await rpc({ port: open, agent: idle }, "supervisor.getState");
    const slowStart = rpc({ port: open }, "supervisor.startProcess", "late");
    const figures = await under("200 slow connections", async () => {
      const start = performance.now();
      const [headers, bodies, silent] = await Promise.all([
        hold(80, "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
        hold(80, "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 100\r\n\r\n<"),
        hold(40, ""),
      ]);
      return { closed: headers + bodies + silent, seconds: Math.round((performance.now() - start) / 1000) };
    });
    expect(figures["closed"]).toBe(200);
    expect(figures["seconds"]).toBeLessThan(20);
    expect(await slowStart).toBe(true);
    const [kept] = Object.values(idle.freeSockets)[0] ?? [];
    expect(kept?.destroyed).toBe(false);
    expect(await rpc({ port: open, agent: idle }, "supervisor.getPID")).toBeGreaterThan(0);
    expect(Object.values(idle.freeSockets)[0]?.[0]).toBe(kept);
    idle.destroy();
    expect(figures.p99).toBeLessThan(1000);
  });

  test("cannot take all connections: 600 are cut to 256, the unix socket goes on", async () => {
    const sockets: Socket[] = [];
    const figures = await under("600 connections", async () => {
      let closed = 0;
      for (let index = 0; index < 600; index++) {
        const socket = connect(open, "127.0.0.1");
        socket.on("error", () => {});
        socket.once("close", () => closed++);
        sockets.push(socket);
      }
      await eventually(() => closed >= 600 - 256, "the surplus to be closed");
      return { closed };
    });
    for (const socket of sockets) socket.destroy();
    expect(figures.p99).toBeLessThan(1000);
    await eventually(
      () =>
        ask({ port: open, path: "/ok.html" }).then(
          (answer) => answer.status === 200,
          () => false,
        ),
      "room",
    );
  });

  test.each([
    [
      "entities that multiply",
      `<!DOCTYPE x [<!ENTITY a "${"A".repeat(1000)}"><!ENTITY b "${"&a;".repeat(1000)}">]><methodCall><methodName>&b;</methodName></methodCall>`,
    ],
    [
      "a file as an entity",
      `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><methodCall><methodName>&a;</methodName></methodCall>`,
    ],
    [
      "a tower of arrays",
      `<methodCall><methodName>system.multicall</methodName><params><param>${"<value><array><data>".repeat(10_000)}`,
    ],
    [
      "forty-five thousand values",
      `<methodCall><methodName>x</methodName><params>${"<param><value/></param>".repeat(45_000)}</params></methodCall>`.slice(
        0,
        1 << 20,
      ),
    ],
  ])("gets no more than an error for %s", async (name, body) => {
    const figures = await under(name, async () => {
      const answer = await ask(
        { port: open, path: "/RPC2", method: "POST", headers: { "Content-Type": "text/xml" } },
        body,
      );
      return { status: answer.status, leaks: answer.body.includes("root:") };
    });
    expect(figures["leaks"]).toBe(false);
    expect([200, 400]).toContain(figures["status"]);
  });

  test("on a web page changes nothing, whatever it sends", async () => {
    const stop = encodeRequest("supervisor.stopProcess", ["victim"]);
    const host = `127.0.0.1:${open}`;
    let refused = 0;
    for (const Origin of [
      "http://evil.example",
      "null",
      `http://localhost:${open}`,
      `http://evil.example:${open}`,
      undefined,
    ]) {
      for (const Host of [
        host,
        `localhost:${open}`,
        "evil.example",
        `evil.example:${open}`,
        `127.0.0.1.nip.io:${open}`,
      ]) {
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "text/xml", undefined]) {
          for (const site of ["cross-site", "same-site", undefined]) {
            for (const method of ["POST", "GET"]) {
              const own = Origin === undefined || Origin === `http://${Host}`;
              const isOwnHost = Host === host || Host.startsWith("localhost:");
              // What a program of ours sends, and a page of our own.
              if (
                own &&
                isOwnHost &&
                site === undefined &&
                (type === "text/xml" || (type === undefined && Origin === undefined))
              )
                continue;
              const headers = {
                Host,
                ...(Origin === undefined ? {} : { Origin }),
                ...(type === undefined ? {} : { "Content-Type": type }),
                ...(site === undefined ? {} : { "Sec-Fetch-Site": site }),
              };
              const answer = await ask(
                { port: open, path: "/RPC2", method, headers },
                method === "GET" ? undefined : stop,
              );
              expect({ ...headers, method, status: answer.status, refused: answer.status >= 400 }).toMatchObject({
                refused: true,
              });
              refused++;
            }
          }
        }
      }
    }
    expect(await rpc({ socketPath }, "supervisor.getProcessInfo", "victim")).toMatchObject({ statename: "RUNNING" });
    console.log(JSON.stringify({ case: "foreign Origin and Host", refused }));
    expect(await rpc({ port: open }, "supervisor.stopProcess", "victim")).toBe(true);
    expect(await rpc({ port: open }, "supervisor.startProcess", "victim")).toBe(true);
  });

  test("who guesses passwords gets one answer a second", async () => {
    const started = performance.now();
    for (let count = 0; count < 7; count++) {
      const headers = { Authorization: `Basic ${Buffer.from(`user:pas${count}`).toString("base64")}` };
      expect((await ask({ port: locked, path: "/ok.html", headers })).status).toBe(401);
    }
    const seconds = (performance.now() - started) / 1000;
    console.log(JSON.stringify({ case: "7 wrong passwords", seconds: Math.round(seconds * 10) / 10 }));
    expect(seconds).toBeGreaterThan(1.9);
  });
});
