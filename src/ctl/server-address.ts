import { pythonRepr } from "../model/text/python-repr.ts";

/** Where the daemon listens. */
export type ServerAddress =
  | { readonly kind: "unix"; readonly path: string }
  /** `host` as typed, without port. */
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** A server URL that leads nowhere, in the words of Python's ValueError. */
export class BadServerUrl extends Error {
  override readonly name = "BadServerUrl";
}

/**
 * What a server URL points at. The path of an http URL and credentials in it are ignored, as `supervisorctl` always has; the port
 * defaults to 80, and the host `*`, as it stands in configs, is this machine.
 *
 * @throws BadServerUrl for schemes other than http and unix, and for a port that is none.
 */
export function parseServerUrl(url: string): ServerAddress {
  if (url.startsWith("unix://")) return { kind: "unix", path: url.slice("unix://".length) };
  const match = /^http:\/\/([^/?#]*)/i.exec(url);
  if (match === null) throw new BadServerUrl(`Unknown protocol for serverurl ${url}`);
  const authority = match[1]!.slice(match[1]!.lastIndexOf("@") + 1);
  const [, bracketed, plain = "", port = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(authority) ?? [];
  const host = bracketed ?? plain;
  return { kind: "tcp", host: host === "*" ? "localhost" : host, port: portOf(port) };
}

function portOf(text: string): number {
  if (text === "") return 80;
  if (!/^\d+$/.test(text)) {
    throw new BadServerUrl(`Port could not be cast to integer value as ${pythonRepr(text)}`);
  }
  const port = Number(text);
  if (port > 65535) throw new BadServerUrl("Port out of range 0-65535");
  return port;
}

/** Whether a text is a URL at all for `-s` and `serverurl`: it has a scheme, and a host or a path. */
export function isServerUrl(text: string): boolean {
  // Blanks before it are not seen, by this check alone.
  const rest = /^[\0- ]*[A-Za-z][A-Za-z0-9+.-]*:(.*)$/s.exec(text)?.[1];
  return rest !== undefined && /^(?:\/\/)?[^?#]/.test(rest) && !/^\/\/(?:[?#]|$)/.test(rest);
}
