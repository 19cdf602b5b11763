/** Where the daemon listens. */
export type ServerAddress =
  | { readonly kind: "unix"; readonly path: string }
  /** `host` as typed, without port. */
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/**
 * What a server URL points at; `null` for schemes other than http and unix. The path of an http URL and credentials in it are
 * ignored, as `supervisorctl` always has; the port defaults to 80.
 */
export function parseServerUrl(url: string): ServerAddress | null {
  if (url.startsWith("unix://")) return { kind: "unix", path: url.slice("unix://".length) };
  const match = /^http:\/\/([^/?#]*)/i.exec(url);
  if (match === null) return null;
  const authority = match[1]!.slice(match[1]!.lastIndexOf("@") + 1);
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority) ?? [];
  if (host === undefined) return { kind: "tcp", host: authority, port: 80 };
  return {
    kind: "tcp",
    host: host.replace(/^\[|\]$/g, ""),
    port: port === undefined || port === "" ? 80 : Number(port),
  };
}

/** Whether a text is a URL at all for `-s` and `serverurl`: it has a scheme, and a host or a path. */
export function isServerUrl(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]|(?:\/\/)?[^?#/]|(?:\/\/)?\/[^?#]*)/.test(text);
}
