import { describe, expect, test } from "vitest";
import { whyForeign, type OriginFacts } from "../../src/http/access/origin-check.ts";

const plain: OriginFacts = {
  method: "POST",
  host: "127.0.0.1:9001",
  origin: undefined,
  fetchSite: undefined,
  ownNames: ["127.0.0.1", "box.example.org"],
  hasPassword: false,
};
const passes = (facts: Partial<OriginFacts>): boolean => whyForeign({ ...plain, ...facts }) === null;

describe("a server without a password", () => {
  test.each([
    "127.0.0.1:9001",
    "127.0.0.1",
    "192.168.1.7:9001",
    "[::1]:9001",
    "[::1]",
    "localhost:9001",
    "LOCALHOST",
    "app.localhost:9001",
    "box.example.org:9001",
    "Box.Example.Org",
    "web",
    "web:9001",
    undefined,
    "",
  ])("answers to %s", (host) => expect(passes({ host })).toBe(true));

  test.each([
    "evil.example",
    "evil.example:9001",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil-localhost.com",
    "1.2.3.4.nip.io:9001",
    "box.example.org.evil.example",
    "user@127.0.0.1:9001",
    "127.0.0.1:9001, evil.example",
    "127.0.0.1/evil",
    "ünicode.example",
  ])("does not answer to %s, which anybody could have lead here", (host) => expect(passes({ host })).toBe(false));
});

describe("any server over TCP", () => {
  test.each([
    ["http://127.0.0.1:9001", true],
    ["https://127.0.0.1:9001", true],
    ["http://evil.example", false],
    ["http://127.0.0.1:9002", false],
    ["http://127.0.0.1", false],
    ["http://127.0.0.1:9001.evil.example", false],
    ["http://evil.example@127.0.0.1:9001", false],
    ["null", false],
    ["", false],
    ["file://", false],
  ])("takes a request with Origin %s: %s", (origin, expected) => {
    for (const method of ["GET", "POST"])
      for (const hasPassword of [false, true]) expect(passes({ method, origin, hasPassword })).toBe(expected);
  });

  test("takes no change from another site, however the browser says it", () => {
    expect(passes({ fetchSite: "cross-site" })).toBe(false);
    expect(passes({ fetchSite: "same-site" })).toBe(false);
    expect(passes({ fetchSite: "same-origin" })).toBe(true);
    expect(passes({ fetchSite: "none" })).toBe(true);
    expect(passes({ fetchSite: "cross-site", method: "GET" })).toBe(true);
  });

  test("may be called by any name if it has a password, which a browser does not send along", () => {
    expect(passes({ host: "supervisor.example.com", hasPassword: true })).toBe(true);
    expect(passes({ host: "a.example", origin: "http://a.example", hasPassword: true })).toBe(true);
    expect(passes({ host: "a.example", origin: "http://b.example", hasPassword: true })).toBe(false);
  });

  test("refuses a page that made its own name lead here", () => {
    expect(passes({ host: "evil.example:9001", origin: "http://evil.example:9001" })).toBe(false);
  });
});
