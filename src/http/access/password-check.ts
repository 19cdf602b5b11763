import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";
import type { Credentials } from "./basic-auth.ts";

/*
 * The password of a server is configured in one of three forms:
 *
 *   secret                               clear text
 *   {SHA}40 hex digits                   SHA-1, as Supervisor has it: readable by anyone with a word list
 *   {SCRYPT}N$r$p$<salt>$<key>           scrypt, salt and key in base64; N a power of two up to 2^20
 *
 * Comparisons take the same time whatever is given, and the user name is compared along with the password, so that neither
 * can be found out by the clock.
 */

/** Whether credentials are those of a server. */
export type CredentialCheck = (given: Credentials) => Promise<boolean>;

/** @throws Error if the stored password says {SCRYPT} and is not in that form. */
export function createCredentialCheck(username: string, stored: string): CredentialCheck {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const rightName = digest(username);
  const matches = passwordCheck(stored, digest);
  return async (given) => {
    const sameName = timingSafeEqual(digest(given.username), rightName);
    const samePassword = await matches(given.password);
    return sameName && samePassword;
  };
}

function passwordCheck(stored: string, digest: (text: string) => Buffer): (given: string) => Promise<boolean> {
  if (stored.startsWith("{SCRYPT}")) return scryptCheck(stored, digest);
  const isSha = stored.startsWith("{SHA}");
  const right = digest(isSha ? stored.slice("{SHA}".length) : stored);
  return async (given) => timingSafeEqual(digest(isSha ? sha1(given) : given), right);
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/**
 * A dashboard asks every few seconds: what was right once is remembered as a keyed digest, and not computed again. The rest is
 * computed one at a time, each password once however many send it: a computation takes 64 MB and a fraction of a second, and
 * strangers decide how many there are.
 */
function scryptCheck(stored: string, digest: (text: string) => Buffer): (given: string) => Promise<boolean> {
  const [n, r, p, salt, key] = stored.slice("{SCRYPT}".length).split("$");
  const options: ScryptOptions = { N: Number(n), r: Number(r), p: Number(p), maxmem: 1 << 30 };
  const right = Buffer.from(key ?? "", "base64");
  const known = [options.N, options.r, options.p].every((value) => Number.isInteger(value) && Number(value) > 0);
  if (!known || Number(n) > 1 << 20 || salt === undefined || right.length < 16) {
    throw new Error("a password that begins with {SCRYPT} goes on with N$r$p$salt$key, salt and key in base64");
  }
  const compute = async (given: string): Promise<boolean> =>
    timingSafeEqual(await derive(given, Buffer.from(salt, "base64"), right.length, options), right);
  let accepted: Buffer | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const underWay = new Map<string, Promise<boolean>>();
  return async (given) => {
    const fingerprint = digest(given);
    if (accepted !== null && timingSafeEqual(fingerprint, accepted)) return true;
    const id = fingerprint.toString("hex");
    let computed = underWay.get(id);
    if (computed === undefined) {
      computed = last.then(() => compute(given));
      underWay.set(id, computed);
      last = computed.catch(() => {}).then(() => underWay.delete(id));
    }
    const same = await computed;
    if (same) accepted = fingerprint;
    return same;
  };
}

function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
