import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../ctl/run-ctl.ts";
import { eventually, freePort, rpc } from "../support/http.ts";
import { startLegacyDaemon, type LegacyDaemon } from "../support/legacy-daemon.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { onTerminal } from "../support/on-terminal.ts";

/* What dashboards and scripts of many years send: HTTP/1.0, no Host, odd transports, whole pages in one multicall. */
let daemon: LegacyDaemon;
let port: number;
let log: string;

beforeAll(async () => {
  port = await freePort();
  daemon = await startLegacyDaemon(
    "[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=@/logs/cat.out\nstderr_logfile=@/logs/cat.err\n" +
      "[program:idle]\ncommand=/bin/sleep 1000\nautostart=false\nstdout_logfile=NONE\n",
    `127.0.0.1:${port}`,
  );
  log = join(daemon.folder, "logs/cat.out");
  await eventually(() => existsSync(log) && existsSync(join(daemon.folder, "logs/cat.err")), "the logs");
  writeFileSync(log, "0123456789");
}, 60_000);

afterAll(() => daemon?.stop());

/** Sends bytes on the unix socket and reads to the end of the connection. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(daemon.socket);
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    socket.once("error", reject);
    socket.once("close", () => resolve(received));
    socket.write(text);
  });
}

test("HTTP/1.0 without a Host is answered, and the connection ends with the answer", async () => {
  // As Supervisord-Monitor does: it reads until the server closes, and all its arguments are text.
  const body = encodeRequest("supervisor.startProcess", ["idle", "1"]);
  const answer = await exchange(
    `POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.\d 200 OK\r\n[^]*<boolean>1<\/boolean>/);
  const again = await run(
    "curl",
    ["-s", "-0", "--unix-socket", daemon.socket, "-H", "Content-Type: text/xml", "-d", body, "http://x/RPC2"],
    "/",
  );
  expect(again.stdout).toContain("ALREADY_STARTED: idle");
});

test("a log is streamed to HTTP/1.0 as it is written, without chunks", async () => {
  const curl = spawn("curl", ["-sN", "-0", "-i", "--unix-socket", daemon.socket, "http://x/logtail/cat"], {
    stdio: "pipe",
  });
  let text = "";
  curl.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise((resolve) => curl.once("close", resolve));
  try {
    await eventually(() => text.endsWith("\r\n\r\n0123456789"), "what is there");
    expect(text.toLowerCase()).not.toContain("transfer-encoding");
    await rpc({ socketPath: daemon.socket }, "supervisor.sendProcessStdin", "cat", "more\n");
    await eventually(() => text.endsWith("0123456789more\n"), "what came");
  } finally {
    curl.kill();
    await ended;
  }
  writeFileSync(log, "0123456789");
});

test("a dashboard has its whole page in one multicall", async () => {
  const call = (methodName: string, ...params: (string | number)[]) => ({
    methodName: `supervisor.${methodName}`,
    params,
  });
  const answer = await rpc({ socketPath: daemon.socket }, "system.multicall", [
    call("getSupervisorVersion"),
    call("getAllProcessInfo"),
    call("readProcessStdoutLog", "cat", -4, 0),
    call("readProcessStdoutLog", "cat", -1_000_000, 0),
    call("tailProcessStdoutLog", "cat", 0, 2_147_483_647),
    call("tailProcessStdoutLog", "cat", 0, 0),
    call("tailProcessStderrLog", "cat", -5, 99),
    call("readProcessStdoutLog", "cat", -4, 4),
    call("readProcessStdoutLog", "nosuch", -4, 0),
  ]);
  expect(answer).toEqual([
    expect.any(String),
    [expect.objectContaining({ name: "cat" }), expect.objectContaining({ name: "idle" })],
    "6789",
    "0123456789",
    ["0123456789", 10, false],
    ["", 10, true],
    ["", 0, false],
    { faultCode: 3, faultString: expect.stringContaining("BAD_ARGUMENTS") as string },
    { faultCode: 10, faultString: "BAD_NAME: nosuch" },
  ]);
});

test("Python's xmlrpc.client works over a transport of its own, compressed requests refused cleanly", async () => {
  const script = `
import http.client, socket, xmlrpc.client
class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX); self.sock.connect(${JSON.stringify(daemon.socket)})
class Transport(xmlrpc.client.Transport):
    def make_connection(self, host): return Unix("localhost")
class Gzip(Transport):
    encode_threshold = 1
s = xmlrpc.client.ServerProxy("http://x", transport=Transport(), allow_none=True, use_builtin_types=True)
assert s.supervisor.getState()["statename"] == "RUNNING"
assert s.supervisor.sendProcessStdin("idle", b"bytes") is True
multi = xmlrpc.client.MultiCall(s)
multi.supervisor.getPID(); multi.supervisor.nosuch()
raw = s.system.multicall([{"methodName": "supervisor.getPID", "params": []}, {"methodName": "supervisor.nosuch"}])
assert isinstance(raw[0], int) and raw[1]["faultCode"] == 1, raw
try:
    xmlrpc.client.ServerProxy("http://x", transport=Gzip()).supervisor.getPID(); raise SystemExit("gzip was understood")
except xmlrpc.client.ProtocolError as error:
    assert error.errcode == 400, error
print("fine")
`;
  expect(await run("python3", ["-c", script], daemon.folder)).toEqual({ stdout: "fine\n", stderr: "", status: 0 });
});

test("npm's xmlrpc, which dashboards in Node are built on, gets values, faults and the status of a refusal", async () => {
  const script = `
const xmlrpc = require("xmlrpc");
const call = (options, method, ...params) => new Promise((resolve) =>
  xmlrpc.createClient({ host: "127.0.0.1", port: ${port}, path: "/RPC2", ...options })
    .methodCall(method, params, (error, value) =>
      resolve(error ? { code: error.code, text: error.faultString, status: error.res && error.res.statusCode } : value)));
(async () => {
  const auth = { basic_auth: { user: "user", pass: "pass" } };
  console.log(JSON.stringify([
    await call(auth, "supervisor.getState"),
    (await call(auth, "supervisor.getAllProcessInfo")).map((one) => one.name),
    await call(auth, "supervisor.tailProcessStdoutLog", "cat", 0, 0),
    await call(auth, "supervisor.stopProcess", "nosuch"),
    await call(auth, "system.multicall", [{ methodName: "supervisor.getIdentification", params: [] }]),
    (await call({}, "supervisor.getPID")).status,
  ]));
})();
`;
  writeFileSync(log, "0123456789");
  const ran = await run(process.execPath, ["-e", script], process.cwd());
  expect(ran.stderr).toBe("");
  expect(JSON.parse(ran.stdout)).toEqual([
    { statecode: 1, statename: "RUNNING" },
    ["cat", "idle"],
    ["", 10, true],
    { code: 10, text: "BAD_NAME: nosuch", status: 200 },
    ["supervisor"],
    401,
  ]);
});

test("on a terminal our client's shell follows, forwards, asks for a password and helps, with our daemon", async () => {
  const ctl = [process.execPath, "bin/supervisorctl", "-s", `http://127.0.0.1:${port}`];
  const actions =
    "add avail clear exit fg maintail open pid quit reload remove reread restart shutdown signal start status stop tail update version";
  const prompt = { expect: "supervisor> " };
  const ran = await onTerminal(ctl, [
    { expect: "Username:" },
    { send: "user\r" },
    { expect: "Password:" },
    { send: "pass\r" },
    { expect: "RUNNING" },
    prompt,
    { send: "tail -f cat\r" },
    { expect: "0123456789" },
    { send: "\x03" },
    prompt,
    { send: "fg cat\r" },
    { expect: "0123456789" },
    { send: "over to you\r" },
    { expect: "over to you" },
    { expect: "over to you" },
    { send: "\x03" },
    { expect: "Exiting foreground" },
    prompt,
    { send: "pid c\t" },
    { expect: "cat " },
    { send: "\r" },
    prompt,
    ...actions.split(" ").flatMap((action) => [{ send: `help ${action}\r` }, { expect: `\n${action}` }, prompt]),
    { send: "\x1b[A\r" },
    { expect: "version\t" },
    prompt,
    { send: "\x04" },
    { expectEnd: true },
  ]);
  expect(ran.missing).toBeNull();
  expect(ran.status).toBe(0);
  expect(ran.output).not.toContain("pass\r");
  expect(readFileSync(log, "utf8")).toContain("over to you\n");
  expect(statSync(daemon.socket).isSocket()).toBe(true);
});
