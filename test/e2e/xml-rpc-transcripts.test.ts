import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { startRealSupervisord } from "../oracle/real-supervisord.ts";
import { evenAnswer, type EvenAnswer } from "../support/even-answer.ts";
import { startLegacyDaemon } from "../support/legacy-daemon.ts";
import { afterAnEdit, PROGRAMS } from "../support/legacy-programs.ts";

/*
 * The requests of the recorded conversations, byte for byte, are sent to a real supervisord and to our daemon, which have the
 * same config and go through the same history. The answers must be the same, times, pids and folders evened out.
 */
interface Transcript {
  readonly id: string;
  readonly title: string;
  readonly request: string;
}

const recorded = readFileSync(new URL("../fixtures/transcripts/xml-rpc.md", import.meta.url), "utf8");
const transcripts: Transcript[] = recorded.split(/^### /m).flatMap((section) => {
  const title = section.slice(0, section.indexOf("\n"));
  const body = /```xml\n([\s\S]*?)```/.exec(section)?.[1];
  if (body === undefined || !section.includes("Response: HTTP ") || /^[KL]/.test(title)) return [];
  return [{ id: title.split(/[ ]/)[0]?.replace(/\.$/, "") ?? "", title, request: body }];
});

interface Daemon {
  readonly folder: string;
  readonly socket: string;
  rewrite(programs: string): void;
  stop(): Promise<void>;
}

let theirs: Daemon;
let ours: Daemon;
const pids = new Map<Daemon, number>();

beforeAll(async () => {
  [theirs, ours] = await Promise.all([startRealSupervisord(PROGRAMS), startLegacyDaemon(PROGRAMS)]);
  for (const daemon of [theirs, ours]) {
    const { text } = await exchange(daemon.socket, encodeRequest("supervisor.getPID", []));
    pids.set(daemon, Number(/<int>(\d+)</.exec(text)?.[1]));
  }
});

afterAll(() => Promise.all([theirs?.stop(), ours?.stop()]));

/** What the recording changed by hand before a request. */
const BEFORE: Readonly<Record<string, (daemon: Daemon) => void>> = {
  H1: (daemon) => writeFileSync(join(daemon.folder, "logs/cat.out"), "<a> & \"b\" 'c'\nsecond\n"),
  "H2.1": (daemon) => writeFileSync(join(daemon.folder, "logs/cat.out"), "0123456789"),
  H7: (daemon) => writeFileSync(join(daemon.folder, "logs/cat.out"), Buffer.from([0x66, 0xff, 0xfe, 0x0a])),
  H8: (daemon) => writeFileSync(join(daemon.folder, "logs/cat.out"), "a\u001b[1mb\u0000c\r\n"),
  I2: (daemon) => daemon.rewrite(`${afterAnEdit(PROGRAMS)}autostart=false\n[program:added]\ncommand=/bin/cat\n`),
  I9: (daemon) => daemon.rewrite("[program:broken]\nautostart=false\n"),
};

/** Where our answer is another one, on purpose. */
const OURS: Readonly<Record<string, unknown>> = {
  // A wrong type is Supervisor's internal error.
  C7: { fault: 2, text: "INCORRECT_PARAMETERS" },
  J8: { value: [{ faultCode: 2, faultString: "INCORRECT_PARAMETERS" }, "PID"] },
  // Bytes that are no UTF-8: another one.
  H7: { value: "f\ufffd\ufffd\n" },
  // The NUL and the ESC are raw in Supervisor's answer, which is no XML then.
  H8: { value: "a\ufffd[1mb\ufffdc\r\n" },
  // Two daemons have two logs.
  H12: { value: expect.stringContaining("entered RUNNING state") as unknown },
};

describe("recorded requests", () => {
  test("get the answers that a real supervisord gives", async () => {
    expect(transcripts.length).toBeGreaterThan(90);
    const expected: unknown[] = [];
    const actual: unknown[] = [];
    for (const { id, title, request: body } of transcripts) {
      await settled();
      for (const daemon of [theirs, ours]) BEFORE[id]?.(daemon);
      const reference = await answer(theirs, body);
      const own = await answer(ours, body);
      const special = OURS[id];
      expected.push(special === undefined ? { title, ...reference } : { title, status: 200, said: special });
      actual.push({ title, ...own });
    }
    expect(actual).toEqual(expected);
  });

  test("over raw HTTP get what the recording says, but for the faults of its server", async () => {
    const call = encodeRequest("supervisor.getAPIVersion", []);
    const post = (version: string, headers: string): string =>
      `POST /RPC2 HTTP/${version}\r\n${headers}Content-Length: ${call.length}\r\n\r\n${call}`;
    const xml = "Content-Type: text/xml\r\n";
    const raw = async (text: string): Promise<{ status: string; body: string; open: boolean }> =>
      rawExchange(ours.socket, text);

    expect(await raw(post("1.1", `Host: localhost\r\n${xml}`))).toMatchObject({
      status: "HTTP/1.1 200 OK",
      open: true,
    });
    expect(await raw(post("1.1", xml))).toMatchObject({ status: "HTTP/1.1 200 OK", open: true });
    expect(await raw(post("1.1", `${xml}Connection: close\r\n`))).toMatchObject({
      status: "HTTP/1.1 200 OK",
      open: false,
    });
    // What comes after the last request is nobody's; the answer comes all the same.
    const last = post("1.1", `${xml}Connection: close\r\n`);
    expect(await raw(last + last)).toEqual(await raw(last));
    expect(await raw(last + "more")).toMatchObject({ status: "HTTP/1.1 200 OK", open: false });
    expect(await raw(post("1.0", xml))).toMatchObject({ status: "HTTP/1.1 200 OK", open: false });
    expect(await raw(post("1.0", `${xml}Connection: keep-alive\r\n`))).toMatchObject({
      status: "HTTP/1.1 200 OK",
      open: true,
    });
    expect(await raw("POST /RPC2 HTTP/1.1\r\nHost: localhost\r\n\r\n")).toEqual({
      status: "HTTP/1.1 411 Length Required",
      body: "<head>\r\n<title>Error response</title>\r\n</head>\r\n<body>\r\n<h1>Error response</h1>\r\n<p>Error code 411.\r\n<p>Message: Length Required.\r\n</body>\r\n",
      open: true,
    });
    expect(await raw("GET /RPC2 HTTP/1.1\r\nHost: localhost\r\n\r\n")).toMatchObject({
      status: "HTTP/1.1 400 Bad Request",
      open: true,
    });
    expect(await raw("POST /RPC2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")).toMatchObject({
      status: "HTTP/1.1 400 Bad Request",
    });
    expect(await raw("POST /RPC2 HTTP/1.1\r\nContent-Length: 0\r\n\r\n")).toMatchObject({
      status: "HTTP/1.1 400 Bad Request",
    });
    const chunked = `${call.length.toString(16)}\r\n${call}\r\n0\r\n\r\n`;
    const head = `POST /RPC2/any?thing HTTP/1.1\r\n${xml}Transfer-Encoding: chunked\r\n\r\n`;
    expect(await raw(head + chunked)).toMatchObject({ status: "HTTP/1.1 200 OK", open: true });
  });
});

/** Nothing is on its way any more, in either daemon. */
async function settled(): Promise<void> {
  const ask = encodeRequest("supervisor.getAllProcessInfo", []);
  for (const daemon of [theirs, ours]) {
    for (;;) {
      const { text } = await exchange(daemon.socket, ask);
      if (!/<string>(?:STARTING|STOPPING|BACKOFF)</.test(text)) break;
    }
  }
}

async function answer(daemon: Daemon, body: string): Promise<EvenAnswer> {
  const { status, text } = await exchange(daemon.socket, body.replaceAll("/tmp/x", daemon.folder));
  return evenAnswer(status, Buffer.from(text), { folder: daemon.folder, pid: pids.get(daemon) ?? 0 });
}

function exchange(socketPath: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath,
        path: "/RPC2",
        method: "POST",
        headers: { "Content-Type": "text/xml", "Content-Length": Buffer.byteLength(body) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    call.once("error", reject);
    call.end(body);
  });
}

/** One exchange; whether the connection is still good afterwards is found out by a second one. */
function rawExchange(socketPath: string, text: string): Promise<{ status: string; body: string; open: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let received = "";
    let asked = false;
    const finish = (open: boolean): void => {
      socket.destroy();
      const [head = "", body = ""] = received.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      resolve({ status: head.split("\r\n")[0] ?? "", body: body.slice(0, length), open });
    };
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString();
      if (asked) {
        if (received.includes("\r\n\r\nOK")) finish(true);
        return;
      }
      const [head, body] = received.split("\r\n\r\n");
      if (body === undefined || body.length < Number(/content-length: (\d+)/i.exec(head ?? "")?.[1])) return;
      asked = true;
      socket.write("GET /ok.html HTTP/1.1\r\n\r\n");
    });
    socket.once("close", () => finish(false));
    socket.once("error", (error: NodeJS.ErrnoException) => (asked ? finish(false) : reject(error)));
    socket.write(text);
  });
}
