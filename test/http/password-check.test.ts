import { createHash, randomBytes, scryptSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createCredentialCheck } from "../../src/http/access/password-check.ts";

const sha = (text: string): string => createHash("sha1").update(text).digest("hex");

function scryptOf(password: string): string {
  const [salt, factors] = [randomBytes(16), { N: 1 << 16, r: 8, p: 2, maxmem: 1 << 30 }];
  const key = scryptSync(password, salt, 32, factors);
  return `{SCRYPT}${factors.N}$${factors.r}$${factors.p}$${salt.toString("base64")}$${key.toString("base64")}`;
}

describe("the password of a server", () => {
  test.each([
    ["in clear text", "päss:word"],
    ["as {SHA}", `{SHA}${sha("päss:word")}`],
  ])("%s lets in who knows it, and nobody else", async (_, stored) => {
    const check = createCredentialCheck("user", stored);
    expect(await check({ username: "user", password: "päss:word" })).toBe(true);
    expect(await check({ username: "user", password: "päss:wor" })).toBe(false);
    expect(await check({ username: "user", password: "" })).toBe(false);
    expect(await check({ username: "User", password: "päss:word" })).toBe(false);
    expect(await check({ username: "user", password: stored })).toBe(stored === "päss:word");
  });

  test("as {SCRYPT} is checked each time it differs, and remembered once it was right", async () => {
    const check = createCredentialCheck("user", scryptOf("secret"));
    expect(await check({ username: "user", password: "wrong" })).toBe(false);
    expect(await check({ username: "user", password: "secret" })).toBe(true);
    expect(await check({ username: "user", password: "secret" })).toBe(true);
    expect(await check({ username: "other", password: "secret" })).toBe(false);
    expect(await check({ username: "user", password: "wrong" })).toBe(false);
  });

  test("as {SCRYPT} agrees with another implementation", async () => {
    // RFC 7914, section 12: P="pleaseletmein", S="SodiumChloride", N=16384, r=8, p=1.
    const key =
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
    const salt = Buffer.from("SodiumChloride").toString("base64");
    const stored = `{SCRYPT}16384$8$1$${salt}$${Buffer.from(key, "hex").toString("base64")}`;
    const check = createCredentialCheck("user", stored);
    expect(await check({ username: "user", password: "pleaseletmein" })).toBe(true);
    expect(await check({ username: "user", password: "pleaseletmein " })).toBe(false);
  });

  test.each([
    ["{SCRYPT}"],
    ["{SCRYPT}16384$8$1$salt"],
    ["{SCRYPT}x$8$1$c2FsdA==$a2V5"],
    ["{SCRYPT}99999999$8$1$c2FsdA==$a2V5a2V5a2V5a2V5a2V5a2V5"],
  ])("%s is refused at once, not at the first login", (stored) => {
    expect(() => createCredentialCheck("user", stored)).toThrow("{SCRYPT}");
  });

  test("that looks like an upper-case {SHA} never fits, as with Supervisor", async () => {
    const check = createCredentialCheck("user", `{SHA}${sha("pass").toUpperCase()}`);
    expect(await check({ username: "user", password: "pass" })).toBe(false);
  });
});
