/**
 * Makes a socket that listens, for others to accept on.
 *
 * Node has no call for this: a server that listens also accepts, and would take connections away from the programs. What it
 * has is the part that its own cluster module uses, a handle that is bound and nothing else. That it listens is a property
 * of the socket, not of the descriptor, so a process of a moment, which inherits it and ends before its event loop
 * begins, can say `listen` for us.
 *
 * libuv makes descriptors 0 to 2 of a child blocking, so programs find what Supervisor gives them: a blocking listener.
 */
import { spawn } from "node:child_process";
import { lookup } from "node:dns/promises";
import * as fs from "node:fs";
import * as net from "node:net";
import { dirname } from "node:path";
import { getSystemErrorMap } from "node:util";
import { isTooLongForSocket, LONGEST_SOCKET_PATH } from "../../files/socket-path.ts";
import type { SharedSocket } from "../../protocol/keeper.ts";

/** Rejects with an error whose message is the reason, such as `EADDRINUSE: address already in use`. */
export async function listenWithoutAccepting(socket: SharedSocket): Promise<Listening> {
  const { address } = socket;
  const handle = address.kind === "unix" ? bindUnix(address.path, socket) : await bindTcp(address.host, address.port);
  const close = (): void => (address.kind === "unix" ? closeKeepingFile(handle, address.path) : handle.close());
  try {
    await listen(handle.fd, socket.backlog ?? SOMAXCONN);
  } catch (error) {
    close();
    throw error;
  }
  return { fd: handle.fd, close };
}

export interface Listening {
  readonly fd: number;
  /** The file of a unix socket stays, as under Supervisor. */
  close(): void;
}

/** What Python asks for; the kernel takes its own limit (`net.core.somaxconn`) if that is less. */
const SOMAXCONN = 4096;

interface BoundHandle {
  readonly fd: number;
  close(): void;
  getsockname?(out: object): number;
}

/** Not in Node's documentation, but what its cluster module is made of, with this signature since version 0.12. */
const { _createServerHandle: createServerHandle } = net as unknown as {
  _createServerHandle(address: string, port: number, type: number): BoundHandle | number;
};

function bindUnix(path: string, { owner, mode }: SharedSocket): BoundHandle {
  if (isTooLongForSocket(path))
    throw new Error(`the path is longer than ${LONGEST_SOCKET_PATH} bytes, which a unix socket cannot have`);
  removeStale(path);
  // Nobody may connect before the mode is right; the owner, who comes next, can only be given more by it.
  const umask = process.umask(0o777 & ~mode);
  let handle: BoundHandle;
  try {
    handle = bound(createServerHandle(path, -1, -1), path);
  } finally {
    process.umask(umask);
  }
  try {
    // Not through a link that somebody may have put in its place.
    if (owner !== null) fs.lchownSync(path, owner.uid, owner.gid);
  } catch (error) {
    handle.close(); // libuv removes the file
    throw error;
  }
  return handle;
}

/** Supervisor deletes whatever is there. */
function removeStale(path: string): void {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} exists and is not a socket: remove it, or choose another path`);
  fs.unlinkSync(path);
}

async function bindTcp(host: string, port: number): Promise<BoundHandle> {
  const { address } = await lookup(host, { family: 4 });
  const handle = bound(createServerHandle(address, port, 4), null);
  // libuv keeps an address that is in use to itself until something else is asked of the socket.
  const late = handle.getsockname?.({}) ?? 0;
  if (late === 0) return handle;
  handle.close();
  throw systemError(late);
}

function bound(handle: BoundHandle | number, path: string | null): BoundHandle {
  if (typeof handle !== "number") return handle;
  // libuv says EACCES for a folder that does not exist.
  if (path !== null && !fs.existsSync(dirname(path))) throw new Error(`ENOENT: there is no folder ${dirname(path)}`);
  throw systemError(handle);
}

async function listen(fd: number, backlog: number): Promise<void> {
  // A backlog among the options is ignored beside a descriptor.
  const script =
    `const s = require("net").createServer().on("error", () => {});` +
    `s.listen({ fd: 0 }, ${backlog}); process.exit(s.listening ? 0 : 1)`;
  const status = await new Promise<number | null>((answer, fail) => {
    const child = spawn(process.execPath, ["-e", script], { stdio: [fd, "ignore", "ignore"], env: {}, cwd: "/" });
    child.once("error", fail);
    child.once("exit", answer);
  });
  // Two sockets may be bound to one address as long as none listens: the second one to try is told so only then.
  if (status !== 0) throw new Error("the system refused to listen on it; perhaps another program does already");
}

/** libuv removes the file that it has bound, by name: it may not find it. */
function closeKeepingFile(handle: BoundHandle, path: string): void {
  const aside = `${path}.closing`;
  try {
    fs.renameSync(path, aside);
  } catch {
    return handle.close(); // there is nothing to keep
  }
  handle.close();
  fs.renameSync(aside, path);
}

function systemError(number: number): Error {
  const [name, text] = getSystemErrorMap().get(number) ?? ["EIO", "unknown system error"];
  return Object.assign(new Error(`${name}: ${text}`), { code: name });
}
