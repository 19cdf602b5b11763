import * as fs from "node:fs";
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeeperCore } from "../../src/keeper/keeper-core.ts";
import type { SharedSocket } from "../../src/protocol/keeper.ts";
import { eventually, makeFolder, openKeeper, removeFolder, sh } from "./harness.ts";
import { sendSignal } from "../support/send-signal.ts";

let folder = "";
const keepers: KeeperCore[] = [];
const pids: number[] = [];

beforeEach(() => {
  folder = makeFolder();
});
afterEach(async () => {
  for (const pid of pids.splice(0)) {
    try {
      sendSignal(-pid, "SIGKILL");
    } catch {
      // it has ended
    }
  }
  for (const keeper of keepers.splice(0)) keeper.close();
  await removeFolder(folder);
});

function open() {
  const test = openKeeper(folder);
  keepers.push(test.keeper);
  return test;
}

function unixSocket(rest: Partial<SharedSocket> = {}): SharedSocket {
  const path = join(folder, "app.sock");
  const address = { kind: "unix", path } as const;
  return { name: "app", url: `unix://${path}`, address, owner: null, mode: 0o700, backlog: null, ...rest };
}

function tcpSocket(port: number): SharedSocket {
  const address = { kind: "tcp", host: "localhost", port } as const;
  return { name: "app", url: `tcp://localhost:${port}`, address, owner: null, mode: 0o700, backlog: null };
}

/** Answers each connection with its number, one after the other, with a plain blocking `accept` on descriptor 0. */
function answering(name: string): string {
  return `exec python3 -c 'import socket
s = socket.socket(fileno=0)
while True:
    c = s.accept()[0]; c.sendall(b"${name}"); c.close()'`;
}

async function start(keeper: KeeperCore, socket: SharedSocket, name: string, script: string, incarnation = 1) {
  const result = await keeper.start(sh(`app:${name}`, script, { socket, incarnation }));
  if (result.ok) pids.push(result.pid);
  return result;
}

function stdinOf(pid: number): string {
  return fs.readlinkSync(`/proc/${pid}/fd/0`);
}

function ask(where: string | number): Promise<string> {
  return new Promise((answer, fail) => {
    let text = "";
    const connection = typeof where === "string" ? createConnection(where) : createConnection(where, "127.0.0.1");
    connection.on("data", (chunk: Buffer) => (text += chunk.toString()));
    connection.once("error", fail);
    connection.once("end", () => answer(text));
  });
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("a shared socket", () => {
  test("is descriptor 0 of all its programs, blocking, with the mode and the owner asked for", async () => {
    const { keeper, told } = open();
    const socket = unixSocket({ mode: 0o770, owner: { uid: 65534, gid: 65534 } });
    const started = await Promise.all(["a", "b", "c"].map((name) => start(keeper, socket, name, "exec sleep 1000")));
    const links = started.map((each) => (each.ok ? stdinOf(each.pid) : each));
    expect(links[0]).toMatch(/^socket:\[\d+\]$/);
    expect(new Set(links).size).toBe(1);
    const first = started[0];
    const info = fs.readFileSync(`/proc/${first?.ok ? first.pid : 0}/fdinfo/0`, "utf8");
    expect(Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? "", 8) & fs.constants.O_NONBLOCK).toBe(0);
    const { uid, gid, mode } = fs.statSync(join(folder, "app.sock"));
    expect([uid, gid, (mode & 0o777).toString(8)]).toEqual([65534, 65534, "770"]);
    expect(told.filter(({ type }) => type === "socket")).toEqual([{ type: "socket", url: socket.url, now: "created" }]);
    expect(await keeper.writeStdin("app:a", Buffer.from("x"))).toBe("closed");
  });

  test("keeps clients waiting, and refuses none, while its only program is restarted", async () => {
    const { keeper, exit } = open();
    const socket = unixSocket();
    const path = join(folder, "app.sock");
    await start(keeper, socket, "a", answering("one"));
    expect(await ask(path)).toBe("one");
    await keeper.signal("app:a", 9, "process");
    await exit("app:a");
    const waiting = ask(path);
    await start(keeper, socket, "a", answering("two"), 2);
    expect(await waiting).toBe("two");
  });

  test("is closed when asked for, unless a program uses it; its file stays, and is replaced", async () => {
    const { keeper, exit, told } = open();
    const socket = unixSocket();
    const path = join(folder, "app.sock");
    await start(keeper, socket, "a", "exec sleep 1000");
    expect(await keeper.closeSocket("app")).toBe(false);
    await keeper.signal("app:a", 9, "process");
    await exit("app:a");
    expect(await keeper.closeSocket("app")).toBe(true);
    expect(await keeper.closeSocket("app")).toBe(false);
    expect(fs.statSync(path).isSocket()).toBe(true);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith("app.sock"))).toEqual(["app.sock"]);
    await expect(ask(path)).rejects.toThrow("ECONNREFUSED");
    await start(keeper, socket, "a", answering("again"), 2);
    expect(await ask(path)).toBe("again");
    expect(told.flatMap((event) => (event.type === "socket" ? [event.now] : []))).toEqual([
      "created",
      "closed",
      "created",
    ]);
  });

  test("lets as many clients wait as its backlog says", async () => {
    const { keeper } = open();
    await start(keeper, unixSocket({ backlog: 3 }), "a", "exec sleep 1000");
    const clients: Socket[] = [];
    const connects = (): Promise<boolean> =>
      new Promise((answer) => {
        const client = createConnection(join(folder, "app.sock"), () => answer(true));
        client.once("error", () => answer(false));
        clients.push(client);
      });
    while (await connects());
    for (const client of clients) client.destroy();
    // The kernel counts one more than it was told, and this loop one that was refused.
    expect(clients.length).toBe(5);
  });

  test("listens on IPv4, and can do so again at once", async () => {
    const { keeper, exit } = open();
    const port = await freePort();
    await start(keeper, tcpSocket(port), "a", answering("tcp"));
    expect(await ask(port)).toBe("tcp");
    await keeper.signal("app:a", 9, "process");
    await exit("app:a");
    await keeper.closeSocket("app");
    await expect(ask(port)).rejects.toThrow("ECONNREFUSED");
    await start(keeper, tcpSocket(port), "a", answering("tcp again"), 2);
    expect(await ask(port)).toBe("tcp again");
  });
});

describe("a shared socket that cannot be created", () => {
  test.each<readonly [string, () => Partial<SharedSocket>, RegExp]>([
    ["a folder that is not there", () => address(join(folder, "nowhere/x")), /^ENOENT: there is no folder .*nowhere$/],
    ["a path that is too long", () => address(join(folder, "x".repeat(120))), /longer than 107 bytes/],
    ["a file that is no socket", () => address(file()), /precious exists and is not a socket/],
  ])("says so: %s", async (_, rest, reason) => {
    const { keeper } = open();
    const result = await start(keeper, unixSocket(rest()), "a", "exec sleep 1000");
    expect(result).toMatchObject({ ok: false, stage: "socket", reason: expect.stringMatching(reason) as string });
    expect(await start(keeper, unixSocket(), "a", "exec sleep 1000", 2)).toMatchObject({ ok: true });
  });

  test("says so: a port that another program has", async () => {
    const { keeper } = open();
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const result = await start(keeper, tcpSocket(port), "a", "exec sleep 1000");
    expect(result).toMatchObject({ ok: false, errno: "EADDRINUSE", reason: "EADDRINUSE: address already in use" });
    await new Promise((resolve) => server.close(resolve));
  });

  function address(path: string): Partial<SharedSocket> {
    return { address: { kind: "unix", path } };
  }

  function file(): string {
    fs.writeFileSync(join(folder, "precious"), "");
    return join(folder, "precious");
  }
});

test("a later keeper leaves the socket to the programs it adopted, and makes a new one when they have gone", async () => {
  const first = open();
  const path = join(folder, "app.sock");
  await start(first.keeper, unixSocket(), "a", answering("survivor"));
  await start(first.keeper, unixSocket(), "b", answering("survivor"));
  await first.keeper.quit({ force: true });
  keepers.splice(0);
  const later = open();
  expect(await ask(path)).toBe("survivor");
  await later.keeper.signal("app:a", 9, "process");
  await later.exit("app:a");
  const refused = await start(later.keeper, unixSocket(), "a", answering("new"), 2);
  expect(refused).toMatchObject({ stage: "socket", reason: expect.stringContaining("earlier keeper") as string });
  expect(await ask(path)).toBe("survivor");
  await later.keeper.signal("app:b", 9, "process");
  await later.exit("app:b");
  await start(later.keeper, unixSocket(), "a", answering("new"), 3);
  expect(await eventually(() => ask(path))).toBe("new");
});

test("programs of a group that are started together with another socket share that one", async () => {
  const { keeper, exit } = open();
  const before = unixSocket();
  const names = ["one", "two"];
  for (const name of names) expect(await start(keeper, before, name, "exec sleep 1000")).toMatchObject({ ok: true });
  for (const name of names) await keeper.signal(`app:${name}`, 9, "process");
  for (const name of names) await exit(`app:${name}`);
  const path = join(folder, "other.sock");
  const after = unixSocket({ address: { kind: "unix", path }, url: `unix://${path}` });
  const started = await Promise.all(names.map((name) => start(keeper, after, name, answering(name), 2)));
  expect(started).toMatchObject([{ ok: true }, { ok: true }]);
  const [one = 0, two = 0] = started.map((result) => (result.ok ? result.pid : 0));
  expect(stdinOf(one)).toBe(stdinOf(two));
  expect(names).toContain(await ask(path));
});
