import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBasicAuth } from "../../src/http/access/basic-auth.ts";

const encode = (text: string): string => Buffer.from(text).toString("base64");

describe("an Authorization header", () => {
  test.each([
    ["Basic dXNlcjpwYXNz", { username: "user", password: "pass" }],
    ["bAsIc dXNlcjpwYXNz", { username: "user", password: "pass" }],
    [`Basic ${encode("user:pa:ss")}`, { username: "user", password: "pa:ss" }],
    [`Basic ${encode("user:")}`, { username: "user", password: "" }],
    [`Basic ${encode(":pass")}`, { username: "", password: "pass" }],
    [`Basic ${encode("héllo:wörld€")}`, { username: "héllo", password: "wörld€" }],
    [`Basic ${encode("\ufeffuser:pass")}`, { username: "\ufeffuser", password: "pass" }],
  ])("%s holds credentials", (header, expected) => {
    expect(parseBasicAuth(header)).toEqual(expected);
  });

  test.each([
    [undefined],
    [""],
    ["Basic"],
    ["Basic "],
    ["Digest dXNlcjpwYXNz"],
    [`Basic ${encode("user")}`],
    ["Basic !!!!"],
    ["Basic dXNlcjpwYXNz extra"],
    ["Basic d"],
    [`Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString("base64")}`],
  ])("%s holds none", (header) => {
    expect(parseBasicAuth(header)).toBeNull();
  });

  test("gives back whatever a client encoded, if the name has no colon", () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(
        text.filter((name) => !name.includes(":")),
        text,
        (username, password) => {
          expect(parseBasicAuth(`Basic ${encode(`${username}:${password}`)}`)).toEqual({ username, password });
        },
      ),
    );
  });

  test("never throws, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.string().map((text) => `Basic ${text}`),
        ),
        (header) => {
          const found = parseBasicAuth(header);
          if (found !== null) expect(found.username).not.toContain(":");
        },
      ),
    );
  });
});
