/** Name and password as a client sent them. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Reads an `Authorization` header. `null` for whatever is not Basic credentials: another scheme, no base64, no UTF-8, no colon.
 * (Supervisor answers some of these with an internal error.) The first colon separates: a password may hold more.
 */
export function parseBasicAuth(header: string | undefined): Credentials | null {
  const match = /^basic +([A-Za-z0-9+/]+)(={0,2}) *$/i.exec(header ?? "");
  const [, encoded, padding = ""] = match ?? [];
  // Node's decoder takes anything; a length that no encoder makes is a mistake all the same.
  if (encoded === undefined || encoded.length % 4 === 1) return null;
  if (padding !== "" && (encoded.length + padding.length) % 4 !== 0) return null;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, "base64"));
  } catch {
    return null;
  }
  const colon = text.indexOf(":");
  return colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
