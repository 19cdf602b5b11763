import type { IncomingMessage } from "node:http";

/** A browser says who asks. Programs do not, and their types are anything: `curl -d` sends that of a form. */
export function isFromBrowser({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined || headers.referer !== undefined;
}
