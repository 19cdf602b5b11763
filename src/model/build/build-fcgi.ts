import type { BuildContext, ConfigPath } from "./build-context.ts";
import { layered, type Names } from "../text/layered-names.ts";
import { normalise, OptionReader } from "./build-values.ts";
import type { FcgiProgramConfig } from "../config.ts";
import type { FcgiSpec } from "../model.ts";
import { pythonRepr } from "../text/python-repr.ts";

/** The listening socket of an fcgi-program; `null` if it cannot be made out, which is then a problem. */
export function buildFcgi(
  context: BuildContext,
  path: ConfigPath,
  name: string,
  program: FcgiProgramConfig,
): FcgiSpec | null {
  const section = `fcgi-program:${name}`;
  const read = new OptionReader(context, path);
  const names: Names = layered(
    new Map<string, string>([
      ["here", context.world.here],
      ["program_name", name],
    ]),
    context.variables,
  );
  const text = (key: "socket" | "socketOwner" | "user", value: string) =>
    context.expand([...path, key], value, names, `${section}.${key}`);

  const backlog = program.socketBacklog ?? null;
  if (backlog !== null && (!Number.isInteger(backlog) || backlog < 1 || backlog > 65535)) {
    context.problem([...path, "socketBacklog"], `Invalid socket_backlog value ${backlog}`, "1 to 65535");
  }
  const mode = read.mode("socketMode", program.socketMode, `Invalid socket_mode value ${program.socketMode}`);
  if ((program.socket as string | undefined) === undefined) {
    context.problem([...path, "socket"], `[${section}] section requires a "socket" line`);
    return null;
  }
  const socket = parseSocket(text("socket", program.socket));
  if (typeof socket === "string") {
    context.problem(
      [...path, "socket"],
      `${socket} in [${section}] socket`,
      '"unix:///absolute/path" or "tcp://host:port"',
    );
    return null;
  }
  const isOwned = program.socketOwner !== undefined || program.socketMode !== undefined;
  if (socket.kind === "tcp" && isOwned) {
    const rule = "socket_owner and socket_mode params should only be used with a Unix domain socket";
    context.problem([...path, "socket"], `${rule} in [${section}] socket`);
  }
  return { socket, owner: readOwner(), mode: mode ?? 0o700, backlog };

  /** Without an owner of its own the socket belongs to whom the processes run as, or they could not accept on it. */
  function readOwner(): FcgiSpec["owner"] {
    if (socket === null || typeof socket === "string" || socket.kind === "tcp") return null;
    if (program.socketOwner !== undefined) {
      const owner = text("socketOwner", program.socketOwner);
      return read.owner("socketOwner", owner, `Invalid socket_owner value ${owner}`);
    }
    if (program.user === undefined) return null;
    return context.world.findUser(text("user", String(program.user)));
  }
}

/** The socket, or what is wrong with it. */
function parseSocket(url: string): FcgiSpec["socket"] | string {
  if (url.startsWith("unix://")) {
    const path = url.slice("unix://".length);
    return path.startsWith("/")
      ? { kind: "unix", path: normalise(path) }
      : `Unix socket path ${path} is not an absolute path`;
  }
  const [, host, digits] = /^tcp:\/\/([^\s:]+):(\d+)$/.exec(url) ?? [];
  if (host === undefined) return `Bad socket format ${pythonRepr(url)}`;
  const port = Number(digits);
  if (port < 1) return `${port} is below lower bound (1)`;
  if (port > 65535) return `${port} is above upper bound (65535)`;
  return { kind: "tcp", host: host.toLowerCase(), port };
}
