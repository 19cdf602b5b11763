import { isAbsolute } from "node:path";

/** Where a daemon answers. */
export type Target =
  | { readonly socket: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      /** What stands before `/api/v1/` behind a proxy; "" or beginning with a slash. */
      readonly prefix: string;
      readonly headers: Readonly<Record<string, string>>;
    };

/**
 * Reads `http://host:port`, `https://...` or `unix:///path`. Name and password may be in the address.
 *
 * @throws TypeError for anything else.
 */
export function targetOf(url: string, username?: string, password?: string): Target {
  if (url.startsWith("unix://")) {
    const socket = url.slice("unix://".length);
    if (!isAbsolute(socket)) throw new TypeError(`${url}: a socket needs an absolute path, as in unix:///run/sup.sock`);
    return { socket };
  }
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`${JSON.stringify(url)} is no address of a daemon: http://, https:// or unix://`);
  }
  const tls = parsed.protocol === "https:";
  const name = username ?? decodeURIComponent(parsed.username);
  const word = password ?? decodeURIComponent(parsed.password);
  const basic = Buffer.from(`${name}:${word}`).toString("base64");
  return {
    // As the system wants it, without the brackets of an IPv6 address.
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? (tls ? 443 : 80) : Number(parsed.port),
    tls,
    prefix: parsed.pathname.replace(/\/+$/, ""),
    headers: { Host: parsed.host, ...(name === "" && word === "" ? {} : { Authorization: `Basic ${basic}` }) },
  };
}
