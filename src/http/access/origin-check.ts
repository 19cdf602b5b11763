/** The headers that tell where a request over TCP comes from. */
export interface OriginFacts {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  /** Host names that are ours, lower case: the configured one and the machine's. */
  readonly ownNames: readonly string[];
  /** The server asks for a password. */
  readonly hasPassword: boolean;
}

/**
 * Keeps web pages of others away from a server on a TCP port. `null`: let it pass; else why not.
 *
 * A page that somebody looks at can send requests to any address, also to localhost. It cannot hide its `Origin`, so a foreign
 * one is refused. It can have its own host name lead to our address (DNS rebinding); its requests then carry that name as
 * `Host`. So without a password only names answer that nobody else can make lead here: IP addresses, localhost, names without
 * a dot (no such name can be bought) and our own. With a password any name may be used, as dashboards do: a browser does not send
 * a password to a name it was not entered for. No `Host` at all is an old client, never a browser.
 */
export function whyForeign(facts: OriginFacts): string | null {
  const host = facts.host === undefined || facts.host === "" ? null : nameOf(facts.host);
  if (host !== null && !facts.hasPassword && !isOwnName(host, facts.ownNames)) {
    return `This server has no password, and ${host} is not one of its names: use its IP address, or set a password.`;
  }
  if (facts.origin !== undefined && authorityOf(facts.origin) !== facts.host?.toLowerCase()) {
    return "Pages of other origins may not call this server.";
  }
  const reads = facts.method === "GET" || facts.method === "HEAD";
  if (!reads && facts.fetchSite !== undefined && facts.fetchSite !== "same-origin" && facts.fetchSite !== "none") {
    return "Pages of other sites may not call this server.";
  }
  return null;
}

/** The host without its port, lower case; an IPv6 address without its brackets. */
function nameOf(host: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:]*))(?::\d*)?$/i.exec(host);
  return (match?.[1] ?? match?.[2] ?? host).toLowerCase();
}

function isOwnName(name: string, ownNames: readonly string[]): boolean {
  if (/^[0-9a-f]*:[0-9a-f:.]*$/.test(name) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)) return true;
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return /^[a-z0-9_-]+$/.test(name) || ownNames.includes(name);
}

/** `host[:port]` of an origin over plain http, as the Host header has it; `null` for all others, such as "null". */
function authorityOf(origin: string): string | null {
  return /^https?:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1]?.toLowerCase() ?? null;
}
