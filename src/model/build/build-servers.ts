import type { BuildContext, ConfigPath } from "./build-context.ts";
import { layered, type Names } from "../text/layered-names.ts";
import { absolute, normalise, OptionReader } from "./build-values.ts";
import type { Config, InetHttpServerConfig, UnixHttpServerConfig } from "../config.ts";
import type { ServerSpec } from "../model.ts";

/** The control servers: inet before unix, each kind in the order written. */
export function buildServers(context: BuildContext, config: Config): ServerSpec[] {
  const inet = listed<InetHttpServerConfig>(config.inetHttpServer, "inetHttpServer");
  const unix = listed<UnixHttpServerConfig>(config.unixHttpServer, "unixHttpServer");
  const servers = [
    ...inet.map(([path, server]) => [path, buildInet(context, path, server)] as const),
    ...unix.map(([path, server]) => [path, buildUnix(context, path, server)] as const),
  ].flatMap(([path, server]) => (server === null ? [] : [{ path, server }]));
  const called = new Set<string>();
  for (const { path, server } of servers) {
    if (called.has(server.section))
      context.problem(path, `two servers are called [${server.section}]`, "give each its own `name`");
    called.add(server.section);
  }
  return servers.map(({ server }) => server);
}

/** Each server with its path, which has an index only if a list was written. */
function listed<T extends object>(written: T | readonly T[] | undefined, key: string): [ConfigPath, T][] {
  if (written === undefined) return [];
  if (!Array.isArray(written)) return [[[key], written as T]];
  return (written as readonly T[]).map((server, index) => [[key, index], server]);
}

function buildInet(context: BuildContext, path: ConfigPath, server: InetHttpServerConfig): ServerSpec | null {
  const section = sectionName("inet_http_server", server.name);
  const credentials = readCredentials(context, path, section, server);
  const written = String(server.port);
  const expanded = context.expandOrTell([...path, "port"], written, context.variables, `${section}.port`);
  if (expanded === null) return null;
  const text = expanded.toLowerCase();
  const colon = text.lastIndexOf(":");
  const host = colon === -1 ? "" : text.slice(0, colon);
  const port = readPort(text.slice(colon + 1));
  if (port === null) {
    context.problem(
      [...path, "port"],
      `not a valid port number: '${text.slice(colon + 1)}'`,
      'a port from 1 to 65535, or "host:port"',
    );
    return null;
  }
  const insecure = server.insecure ?? false;
  if (credentials.username === null && !insecure && !isLoopback(host)) {
    context.problem(
      path,
      `server [${section}] has no password, and other machines can reach ${host === "" || host === "*" ? "it on every address" : host}`,
      'set `username` and `password`, listen on "127.0.0.1", or say `insecure: true` if that is meant',
    );
  }
  return { kind: "inet", section, host: host === "*" ? "" : host, port, ...credentials, insecure };
}

function buildUnix(context: BuildContext, path: ConfigPath, server: UnixHttpServerConfig): ServerSpec {
  const { world } = context;
  const section = sectionName("unix_http_server", server.name);
  const read = new OptionReader(context, path);
  const names: Names = layered(new Map([["here", world.here]]), context.variables);
  const file = context.expand([...path, "file"], server.file, names, `${section}.file`);
  if (file === "") context.problem([...path, "file"], `section [${section}] has no file value`);
  return {
    kind: "unix",
    section,
    file: normalise(absolute(world.expandUser(file), world.cwd)),
    chmod: read.mode("chmod", server.chmod, `Invalid chmod value ${server.chmod}`) ?? 0o700,
    chown:
      server.chown === undefined ? null : read.owner("chown", server.chown, `Invalid sockchown value ${server.chown}`),
    ...readCredentials(context, path, section, server),
  };
}

/** Only this machine can reach such an address. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function sectionName(kind: string, name: string | undefined): string {
  return name === undefined ? kind : `${kind}:${name}`;
}

function readCredentials(
  context: BuildContext,
  path: ConfigPath,
  section: string,
  server: { readonly username?: string | undefined; readonly password?: string | undefined },
): { readonly username: string | null; readonly password: string | null } {
  if ((server.username === undefined) !== (server.password === undefined)) {
    const rule = "If a username or a password is specified, both the username and password must be specified";
    context.problem(path, `Section [${section}] contains incomplete authentication: ${rule}`);
  }
  const text = (key: "username" | "password"): string | null => {
    const value = server[key];
    return value === undefined ? null : context.expand([...path, key], value, context.variables, `${section}.${key}`);
  };
  const username = text("username");
  // Supervisor switches authentication off for an empty user name, password or not: nobody means that.
  if (username === "") {
    context.problem([...path, "username"], `Section [${section}] has an empty username`, "fill it in, or remove both");
  }
  return { username, password: text("password") };
}

function readPort(text: string): number | null {
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}
