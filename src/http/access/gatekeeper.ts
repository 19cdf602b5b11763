import type { IncomingMessage, ServerResponse } from "node:http";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerSpec } from "../../model/model.ts";
import { parseBasicAuth } from "./basic-auth.ts";
import { refuseRequest } from "../error-page.ts";
import { FailedLogins } from "./failed-logins.ts";
import { whyForeign } from "./origin-check.ts";
import { createCredentialCheck } from "./password-check.ts";

/** Lets a request pass (true), or has answered it. Everything behind a server passes here first. */
export type Gatekeeper = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * The checks of one configured server: where the request comes from (TCP only: a proxy before a unix socket passes on what it
 * likes), then name and password if it has any.
 *
 * @throws Error for a stored password that cannot be used.
 */
export function createGatekeeper(server: ServerSpec): Gatekeeper {
  const check = server.username === null ? null : createCredentialCheck(server.username, server.password ?? "");
  const logins = new FailedLogins(() => performance.now());
  const ownNames = server.kind === "inet" ? [server.host, hostname().toLowerCase()] : [];

  /** Waits as long as this peer has to; false: too many of its requests wait already. */
  const hasWaited = async (peer: string): Promise<boolean> => {
    const delay = logins.delayFor(peer);
    if (delay === 0) return true;
    if (!logins.enter(peer)) return false;
    await sleep(delay);
    logins.leave(peer);
    return true;
  };

  return async (request, response) => {
    if (server.kind === "inet") {
      const reason = whyForeign({
        method: request.method ?? "",
        host: request.headers.host,
        origin: request.headers.origin,
        fetchSite: first(request.headers["sec-fetch-site"]),
        ownNames,
        hasPassword: check !== null,
      });
      if (reason !== null) {
        await refuseRequest(request, response, 403, { detail: reason });
        return false;
      }
    }
    if (check === null) return true;

    const given = parseBasicAuth(request.headers.authorization);
    const peer = request.socket.remoteAddress ?? "local";
    // Asking without a password is how every browser begins: no failure, nothing to wait for.
    if (given !== null) {
      if (!(await hasWaited(peer))) {
        const detail = "Too many passwords from this address are waiting to be looked at.";
        await refuseRequest(request, response, 429, { detail, headers: { "Retry-After": "1" } });
        return false;
      }
      if (await check(given)) {
        logins.succeeded(peer);
        return true;
      }
      logins.failed(peer);
    }
    await refuseRequest(request, response, 401, { headers: { "WWW-Authenticate": 'Basic realm="default"' } });
    return false;
  };
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
