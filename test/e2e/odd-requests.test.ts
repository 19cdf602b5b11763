import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// Requests that hardly anybody makes, sent as bytes to both daemons.

const CONFIG = `[program:deaf]
command=/bin/bash -c 'trap "" HUP INT QUIT USR1; echo deaf; while :; do sleep 0.2; done'
redirect_stderr=true
[program:none]
command=sleep 1000
stdout_logfile=NONE
stderr_logfile=
[program:empty]
command=sleep 1000
stdout_logfile=
redirect_stderr=true
`;

const pair = makePair();
beforeAll(() =>
  onBoth(pair, async (side) => {
    side.configure(CONFIG);
    await side.start();
    for (const name of ["deaf", "none", "empty"]) await side.until(`success: ${name} entered RUNNING`);
    // It says so once it is.
    await eventually(() => side.ctl("tail", "deaf").startsWith("deaf"));
  }),
);
afterAll(() => closePair(pair));

/** All that comes until the connection is closed, which the request asks for. */
function send(side: Side, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const connection = connect(side.path("s.sock"), () => connection.write(Buffer.from(request, "latin1")));
    connection.on("data", (piece) => pieces.push(piece));
    connection.on("error", reject);
    connection.on("close", () => resolve(Buffer.concat(pieces).toString("utf8")));
  });
}

function callOf(method: string, ...args: readonly (string | number)[]): string {
  const params = args.map((arg) => {
    const value = typeof arg === "number" ? `<int>${arg}</int>` : `<string>${arg}</string>`;
    return `<param><value>${value}</value></param>`;
  });
  const name = `<methodName>supervisor.${method}</methodName>`;
  const text = `<?xml version="1.0"?><methodCall>${name}<params>${params.join("")}</params></methodCall>`;
  return Buffer.from(text).toString("latin1");
}

async function said(side: Side, method: string, ...args: readonly (string | number)[]): Promise<string> {
  const body = callOf(method, ...args);
  const head = `POST /RPC2 HTTP/1.1\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answer = await send(side, head + body);
  const values = /<fault>[^]*<string>([^]*?)<\/string>|<params>([^]*)<\/params>/.exec(answer);
  return (values?.[1] ?? values?.[2] ?? answer).replaceAll(/\s/g, "").replaceAll(side.folder, "@");
}

const both = <T>(ask: (side: Side) => Promise<T>): Promise<readonly T[]> => Promise.all(pair.map(ask));

describe("are answered alike:", () => {
  // prettier-ignore
  const signals = [
    "+1", "-1", " 1 ", "1_0", "1__0", "_1", "01", "0x1", "1.0", "\uff11", "+ 1", "+0", "-0", "000", "++1", "1e0", "", "sig hup", "SIGHUP ",
    "hup\n", "+hup", "\u2003USR1", "\u017figint", "s\u0131gint", "sigsigint", "SIG1", "SIG", "65", "+34", "33", "99999999999999999999",
  ];
  test.each(signals)("the signal %j", async (signal) => {
    // What would end the program is not sent to it.
    const name = signal === "+34" ? "nobody" : "deaf";
    const [ours, theirs] = await both((side) => said(side, "signalProcess", name, signal));
    expect(ours).toBe(theirs);
  });

  const calls = ["readProcessStdoutLog", "readProcessStderrLog", "tailProcessStdoutLog", "tailProcessStderrLog"];
  test.each(["none", "empty", "deaf", "nobody"])("what asks for the logs of %s", async (name) => {
    for (const call of calls) {
      const [ours, theirs] = await both((side) => said(side, call, name, 0, 0));
      expect([call, ours]).toEqual([call, theirs]);
    }
  });
});

describe("are answered as docs/compatibility.md says:", () => {
  const body = callOf("getAPIVersion");
  const rest = `Connection: close\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n`;
  const post = (line: string, headers = rest): string => `${line}\r\n${headers}\r\n${body}`;
  const line = "POST /RPC2 HTTP/1.1";
  const get = (url: string): string => `GET ${url} HTTP/1.1\r\nConnection: close\r\n\r\n`;
  test.each<[what: string, request: string, theirs: string, ours: string]>([
    ["a call", post(line), "200 OK", "200 OK"],
    ["an expectation", post(line, `Expect: x\r\n${rest}`), "200 OK", "200 OK"],
    ["a query", post("POST /RPC2?x HTTP/1.1"), "200 OK", "200 OK"],
    ["an absolute URI", post("POST http://x:9001/RPC2 HTTP/1.1"), "400 Bad Request", "200 OK"],
    ["one to be read", get("HTTP://x/ok.html"), "404 Not Found", "200 OK"],
    ["one without a path", get("http://x?y=1"), "404 Not Found", "200 OK"],
    ["one of nothing", get("http://x/nothing"), "404 Not Found", "404 Not Found"],
    ["one of another kind", get("ftp://x/ok.html"), "404 Not Found", "404 Not Found"],
    ["a folded header", post(line, `X-A: b\r\n c\r\n${rest}`), "200 OK", "400 Bad Request"],
    ["a header without a colon", post(line, `nothing\r\n${rest}`), "200 OK", "400 Bad Request"],
    ["two lengths", post(line, `Content-Length: ${body.length}\r\n${rest}`), "200 OK", "400 Bad Request"],
    ["a length with a sign", post(line, rest.replace(/(\d+)\r\n$/, "+$1\r\n")), "200 OK", "400 Bad Request"],
    ["a control character", post(line, `X-A: a\x01b\r\n${rest}`), "200 OK", "400 Bad Request"],
    ["a path beyond ASCII", post("POST /RPC2/\xc3\xa9 HTTP/1.1"), "200 OK", "400 Bad Request"],
    ["a header without a blank", post(line, rest.replace("Length: ", "Length:")), "411 Length Required", "200 OK"],
    ["a header in Latin-1", post(line, `X-A: \xe9\r\n${rest}`), "", "200 OK"],
    ["blank lines before it", `\r\n\r\n${post(line)}`, "", "200 OK"],
  ])("%s", async (_, request, theirs, ours) => {
    const statuses = await both(async (side) => {
      const answer = await send(side, request);
      return [side.isOurs, /^HTTP\/\d\.\d (.*)\r\n/.exec(answer)?.[1] ?? answer];
    });
    expect(Object.fromEntries(statuses)).toEqual({ true: ours, false: theirs });
  });
});
