import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { request, type RequestOptions } from "node:http";
import { createServer } from "node:net";
import { execFileSync, spawnSync } from "node:child_process";
import { networkInterfaces, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openServers } from "../../src/http/sockets/open-servers.ts";
import type { OpenServer } from "../../src/http/sockets/http-server.ts";
import type { ServerSpec } from "../../src/model/model.ts";

let folder: string;
let file: string;
let lines: string[] = [];
const open: OpenServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "servers-"));
  file = join(folder, "s.sock");
  lines = [];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
  rmSync(folder, { recursive: true, force: true });
});

const unix = (more: Partial<Extract<ServerSpec, { kind: "unix" }>> = {}): ServerSpec => ({
  kind: "unix",
  section: "unix_http_server",
  file,
  chmod: 0o700,
  chown: null,
  username: null,
  password: null,
  ...more,
});

const inet = (port: number, more: Partial<Extract<ServerSpec, { kind: "inet" }>> = {}): ServerSpec => ({
  kind: "inet",
  section: "inet_http_server",
  host: "127.0.0.1",
  port,
  username: null,
  password: null,
  insecure: false,
  ...more,
});

async function opened(...servers: ServerSpec[]): Promise<OpenServer> {
  const listener = await openServers(servers, {
    open: () => false,
    routes: (server) => (incoming, response) => {
      incoming.resume();
      response.end(`${server.section} here`);
    },
    rpcinterfaces: ["supervisor"],
    log: (level, message) => lines.push(`${level} ${message}`),
    onError: (error) => {
      throw error;
    },
  });
  open.push(listener);
  return listener;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

function ask(options: RequestOptions, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ agent: false, ...options }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    call.once("error", reject);
    call.end(body);
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const basic = (text: string): { Authorization: string } => ({
  Authorization: `Basic ${Buffer.from(text).toString("base64")}`,
});

describe("a unix server", () => {
  test("has a path of 107 bytes, and refuses a longer one instead of making a shorter", async () => {
    const path = (bytes: number) => join(folder, "é".padEnd(bytes - folder.length - 2, "x"));
    const longest = path(107);
    await opened(unix({ file: longest }));
    expect(readdirSync(folder)).toEqual([basename(longest)]);
    expect(await ask({ socketPath: longest })).toMatchObject({ status: 200 });
    await expect(opened(unix({ file: path(108) }))).rejects.toThrow("socket.error reported AF_UNIX path too long");
    expect(readdirSync(folder)).toEqual([basename(longest)]);
  });

  test("has the mode of the config, leaves nothing beside it, and is gone when it is closed", async () => {
    const listener = await opened(unix({ chmod: 0o770 }));
    expect(lstatSync(file).isSocket()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o770);
    expect(readdirSync(folder)).toEqual(["s.sock"]);
    expect(await ask({ socketPath: file })).toMatchObject({ status: 200, body: "unix_http_server here" });
    expect(lines).toEqual([
      "info RPC interface 'supervisor' initialized",
      "critical Server 'unix_http_server' running without any HTTP authentication checking",
    ]);
    await listener.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)("gets its owner; a group of -1 stays as it is", async () => {
    await opened(unix({ chown: { uid: 65534, gid: -1 } }));
    expect(statSync(file)).toMatchObject({ uid: 65534, gid: statSync(folder).gid });
  });

  test("takes the place of a socket that nobody answers any more", async () => {
    // What a killed daemon leaves behind.
    const script = `require("net").createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script]);
    expect(lstatSync(file).isSocket()).toBe(true);
    await opened(unix());
    expect(await ask({ socketPath: file })).toMatchObject({ status: 200 });
    expect(lines[0]).toBe(`warn Unlinking stale socket ${file}`);
  });

  test("leaves a living one alone, and says so in Supervisor's words", async () => {
    await opened(unix());
    await expect(opened(unix({ section: "unix_http_server:two" }))).rejects.toThrow(
      "Another program is already listening on a port that one of our HTTP servers is configured to use.  " +
        "Shut this program down first before starting supervisord.",
    );
    expect(await ask({ socketPath: file })).toMatchObject({ body: "unix_http_server here" });
    expect(readdirSync(folder)).toEqual(["s.sock"]);
  });

  test.each(["a file", "a folder", "a link"])("never removes %s that is in its place", async (what) => {
    if (what === "a file") writeFileSync(file, "precious");
    else if (what === "a folder") mkdirSync(file);
    else execFileSync("ln", ["-s", "/etc/passwd", file]);
    const before = lstatSync(file).ino;
    await expect(opened(unix())).rejects.toThrow("is not a socket, so it was left alone");
    expect(lstatSync(file).ino).toBe(before);
    expect(readdirSync(folder)).toEqual(["s.sock"]);
  });

  test("says which folder is missing", async () => {
    file = join(folder, "missing/s.sock");
    const failure = opened(unix());
    await expect(failure).rejects.toThrow("Cannot open an HTTP server: socket.error reported errno.");
    await expect(failure).rejects.toMatchObject({
      name: "ServerProblem",
      hint: expect.stringContaining(file) as string,
    });
  });

  test("comes back when somebody removes its socket, and keeps the connections it has", async () => {
    const listener = await opened(unix());
    for (const _ of [1, 2]) {
      const inode = lstatSync(file).ino;
      unlinkSync(file);
      while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
      expect(await ask({ socketPath: file })).toMatchObject({ status: 200 });
      expect(lstatSync(file).ino).not.toBe(inode);
    }
    await listener.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves the socket of whoever has taken over its name", async () => {
    const listener = await opened(unix());
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(`${file}.other`, resolve));
    execFileSync("mv", ["-f", `${file}.other`, file]);
    await listener.close();
    expect(lstatSync(file).isSocket()).toBe(true);
    other.close();
  });

  test("may ask for a password too, and then needs no warning", async () => {
    await opened(unix({ username: "user", password: "pass" }));
    expect(await ask({ socketPath: file })).toMatchObject({ status: 401 });
    expect(await ask({ socketPath: file, headers: basic("user:pass") })).toMatchObject({ status: 200 });
    // No browser reaches it: where a request says it comes from does not matter.
    const foreign = { ...basic("user:pass"), Host: "evil.example", Origin: "http://evil.example" };
    expect(await ask({ socketPath: file, method: "POST", headers: foreign })).toMatchObject({ status: 200 });
    expect(lines).toEqual(["info RPC interface 'supervisor' initialized"]);
  });

  test("warns of a folder where anybody could replace it", async () => {
    chmodSync(folder, 0o777);
    await opened(unix());
    expect(lines[0]).toContain(`warn everybody may write to ${folder}`);
  });
});

describe("a TCP server", () => {
  test("says in Supervisor's words that its port is taken; what was open already is closed again", async () => {
    const port = await freePort();
    await opened(inet(port));
    await expect(opened(unix(), inet(port))).rejects.toThrow(
      /^Another program is already listening on a port that one/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  // A machine without IPv6 shows at least that brackets do not count.
  const local = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === "::1"))
    ? "::1"
    : "127.0.0.1";
  test.each([local, `[${local}]`])("listens on %s", async (host) => {
    const port = await freePort();
    await opened(inet(port, { host }));
    expect((await ask({ host: local, port, path: "/" })).status).toBe(200);
  });

  test("says when an address is not one of ours", async () => {
    await expect(opened(inet(9, { host: "192.0.2.1" }))).rejects.toThrow(
      "Cannot open an HTTP server: socket.error reported errno.EADDRNOTAVAIL (99)",
    );
  });

  test("asks for its password, closes the connection on a wrong one, and slows down who guesses", async () => {
    const port = await freePort();
    await opened(inet(port, { username: "user", password: "{SHA}9d4e1e23bd5b727046a9e3b4b7db57bd8d6ee684" }));
    expect(lines).toEqual(["info RPC interface 'supervisor' initialized"]);
    const refused = await ask({ port, method: "POST", path: "/RPC2" }, "x".repeat(1000));
    expect(refused).toMatchObject({
      status: 401,
      headers: { connection: "close", "www-authenticate": 'Basic realm="default"', server: "sup" },
      body: expect.stringContaining("<p>Error code 401.\r\n<p>Message: Unauthorized.\r\n") as string,
    });
    expect(await ask({ port, headers: basic("user:pass") })).toMatchObject({ status: 200 });
    for (let count = 0; count < 5; count++) {
      expect(await ask({ port, headers: basic("user:wrong") })).toMatchObject({ status: 401 });
    }
    const before = performance.now();
    expect(await ask({ port, headers: basic("user:pass") })).toMatchObject({ status: 200 });
    expect(performance.now() - before).toBeGreaterThan(990);
  });

  test.each(["user", "user:wrong", "", ":", "user:pass:"])("does not let in %j", async (text) => {
    const port = await freePort();
    await opened(inet(port, { username: "user", password: "pass" }));
    expect(await ask({ port, headers: basic(text) })).toMatchObject({ status: 401 });
    expect(await ask({ port, headers: { Authorization: "Basic \u00ff" } })).toMatchObject({ status: 401 });
  });

  test("refuses to open with a password that could never fit", async () => {
    await expect(opened(inet(await freePort(), { username: "u", password: "{SCRYPT}nonsense" }))).rejects.toThrow(
      "[inet_http_server] has a password that cannot be used",
    );
  });

  test("keeps pages of others out, before it looks at a password", async () => {
    const port = await freePort();
    await opened(inet(port));
    expect(await ask({ port, headers: { Host: "evil.example" } })).toMatchObject({ status: 403 });
    expect(await ask({ port, method: "POST", headers: { Origin: "http://evil.example" } })).toMatchObject({
      status: 403,
    });
    expect(
      await ask({ port, method: "POST", headers: { Origin: `http://localhost:${port}`, Host: `localhost:${port}` } }),
    ).toMatchObject({
      status: 200,
    });
  });
});
