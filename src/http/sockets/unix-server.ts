import {
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  statSync,
  unlinkSync,
  watch,
  type FSWatcher,
} from "node:fs";
import type { Server } from "node:http";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { isTooLongForSocket, LONGEST_SOCKET_PATH } from "../../files/socket-path.ts";
import type { LogLevel, ServerSpec } from "../../model/model.ts";
import { listenOnLeft, type SocketStore } from "./socket-store.ts";
import { closeHttpServer, createHttpServer, type OpenServer, type RequestHandler } from "./http-server.ts";
import { isStale, listenPrivately } from "./socket-file.ts";
import { ServerProblem, whyNotOpened } from "./server-problem.ts";

type UnixSpec = Extract<ServerSpec, { readonly kind: "unix" }>;

/*
 * Theory. The socket is bound under a temporary name, with all permissions but the owner's masked off, gets its mode, and only
 * then its real name, by a hard link: nobody can connect before the mode is right, and of two daemons only one gets the name.
 * A name that is taken is tried: a socket that nobody answers is left over and is removed; anything else stays.
 *
 * A socket file can be lost while we listen (somebody cleans up /tmp); then nobody can reach us any more, though we run. It is
 * watched, and a lost file is made anew. The old server lives on for the connections it has. Its folder is not watched unless it is
 * ours: there may be logs in it, and each line would wake us.
 *
 * A socket that an earlier supervisor left is taken up as it is, if its file is still there.
 */

/** What a listening socket of this spec is called where it is held. */
export function unixSocketName({ file, chmod, chown }: UnixSpec): string {
  return `unix ${chmod.toString(8)} ${chown === null ? "-" : `${chown.uid}:${chown.gid}`} ${file}`;
}

/**
 * @param options `ownFolder`: the socket's folder is ours alone, and is made anew like the socket. `onRepair`: that has happened.
 * @throws ServerProblem
 */
export async function openUnixServer(
  spec: UnixSpec,
  handler: RequestHandler,
  log: (level: LogLevel, message: string) => void,
  store: SocketStore,
  options: { readonly ownFolder?: boolean; readonly onRepair?: () => void } = {},
): Promise<OpenServer> {
  const name = unixSocketName(spec);
  const servers: Server[] = [];
  let closed = false;
  let identity = "";
  const bind = async (): Promise<void> => {
    const server = createHttpServer(false, handler);
    await bindTo(server, spec, log);
    identity = identityOf(spec.file);
    servers.push(server);
    store.hold({ name, file: spec.file, identity }, server);
  };
  warnOfOpenFolder(spec.file, log);
  const left = store.take(name);
  if (left !== null && left.identity === identityOf(spec.file)) {
    const server = createHttpServer(false, handler);
    await listenOnLeft(server, left);
    identity = left.identity;
    servers.push(server);
  } else {
    left?.handle.close?.();
    await bind();
  }

  let repairing = false;
  let watchers: readonly FSWatcher[] = [];
  const rewatch = (): void => {
    for (const watcher of watchers) watcher.close();
    // One that could not be made again is looked for whenever something in its folder changes.
    const folder = options.ownFolder === true || identityOf(spec.file) === "" ? [dirname(spec.file)] : [];
    watchers = closed
      ? []
      : [...watchPath(spec.file, lookAfter), ...folder.flatMap((path) => watchNames(path, lookAfter))];
  };
  const repair = async (): Promise<void> => {
    log("warn", `the socket ${spec.file} was removed by somebody: it is made anew`);
    try {
      if (options.ownFolder === true) mkdirSync(dirname(spec.file), { recursive: true, mode: 0o700 });
      await bind();
      options.onRepair?.();
    } catch (error) {
      log("critical", `cannot listen on ${spec.file} again: ${(error as Error).message}`);
    }
    // They are others by now.
    rewatch();
  };
  const lookAfter = (): void => {
    if (closed || repairing || identityOf(spec.file) !== "") return;
    repairing = true;
    void repair().finally(() => {
      repairing = false;
      if (closed) void closeAll();
    });
  };
  rewatch();
  const closeAll = async (): Promise<void> => {
    // Whoever has taken the name over in the meantime keeps it.
    if (identity !== "" && identityOf(spec.file) === identity) unlinkSync(spec.file);
    await Promise.all([store.drop(name), ...servers.splice(0).map(closeHttpServer)]);
  };
  const stopWatching = (): void => {
    closed = true;
    rewatch();
  };
  return {
    close: () => {
      stopWatching();
      return closeAll();
    },
    leave: async () => {
      stopWatching();
      await Promise.all(servers.splice(0).map(closeHttpServer));
    },
  };
}

async function bindTo(server: Server, spec: UnixSpec, log: (level: LogLevel, message: string) => void): Promise<void> {
  const { file } = spec;
  const temporary = temporaryName(file);
  // The system would be asked for a shorter path, and give it.
  if (isTooLongForSocket(file) || isTooLongForSocket(temporary)) {
    throw new ServerProblem(
      "Cannot open an HTTP server: socket.error reported AF_UNIX path too long",
      `it is about ${file}: a socket's path has at most ${LONGEST_SOCKET_PATH} bytes`,
    );
  }
  try {
    rmSocket(temporary);
    await listenPrivately(server, temporary, spec.chmod);
    await takeName(temporary, file, log);
  } catch (error) {
    await closeHttpServer(server);
    throw error instanceof ServerProblem ? error : whyNotOpened(asSystemSaid(error, file), file);
  } finally {
    rmSocket(temporary);
  }
  if (spec.chown === null) return;
  const { uid, gid } = spec.chown;
  try {
    // Not through a link that somebody may have put in its place.
    lchownSync(file, uid, gid === -1 ? lstatSync(file).gid : gid);
  } catch (error) {
    await closeHttpServer(server);
    rmSocket(file);
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw whyNotOpened(error as NodeJS.ErrnoException, file);
    throw new ServerProblem(
      `Not permitted to chown ${file} to uid/gid (${uid}, ${gid}); adjust "sockchown" value in config file or on ` +
        `command line to values that the current user (${userInfo().username}) can successfully chown`,
    );
  }
}

/** Beside the real name, for a link cannot leave its folder's file system; a long name is no reason not to have one. */
function temporaryName(file: string): string {
  const usual = `${file}.${process.pid}`;
  return isTooLongForSocket(usual) ? join(dirname(file), `.${process.pid}`) : usual;
}

/** libuv says EACCES for a folder that does not exist (uv_pipe_bind). */
function asSystemSaid(error: unknown, file: string): NodeJS.ErrnoException {
  const said = error as NodeJS.ErrnoException;
  if (said.code !== "EACCES" || existsSync(dirname(file))) return said;
  return Object.assign(new Error(said.message, { cause: said }), { code: "ENOENT", errno: -2 });
}

async function takeName(
  temporary: string,
  file: string,
  log: (level: LogLevel, message: string) => void,
): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      return linkSync(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    let stale: boolean | null;
    try {
      stale = await isStale(file);
    } catch (error) {
      throw new ServerProblem(`Cannot open an HTTP server: ${(error as Error).message}`);
    }
    if (stale === false) break;
    if (stale === null) continue;
    log("warn", `Unlinking stale socket ${file}`);
    rmSocket(file);
  }
  throw whyNotOpened(Object.assign(new Error("in use"), { code: "EADDRINUSE", errno: -98 }), file);
}

/** Removes a socket file; nothing else is ever removed, whatever its name. */
function rmSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
}

/** "" if there is no such file. */
function identityOf(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.dev}:${found.ino}`;
}

/** Of any name: a folder that is removed itself is told under its own. What is written into files, such as logs, is a "change". */
function watchNames(folder: string, onChange: () => void): FSWatcher[] {
  return watchPath(folder, (event) => {
    if (event === "rename") onChange();
  });
}

/** A file that loses its name is a "change" (inotify(7), IN_ATTRIB), one that is moved a "rename". */
function watchPath(path: string, onChange: (event: string) => void): FSWatcher[] {
  try {
    const watcher = watch(path, onChange);
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    // No watches left: a lost socket stays lost, which is no reason not to listen.
    return [];
  }
}

/** In a folder where anybody may rename files, anybody may put a socket of their own in our place. */
function warnOfOpenFolder(file: string, log: (level: LogLevel, message: string) => void): void {
  const folder = statSync(dirname(file), { throwIfNoEntry: false });
  const isSticky = folder !== undefined && (folder.mode & 0o1000) !== 0;
  if (folder === undefined || isSticky || (folder.mode & 0o002) === 0) return;
  log("warn", `everybody may write to ${dirname(file)}: somebody could replace the socket ${basename(file)} there`);
}
