import { describe, expect, test } from "vitest";
import { targetOf } from "../../src/client/target.ts";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("the address of a daemon", () => {
  test.each([
    ["unix:///run/sup.sock", { socket: "/run/sup.sock" }],
    [
      "http://localhost:9001",
      { host: "localhost", port: 9001, tls: false, prefix: "", headers: { Host: "localhost:9001" } },
    ],
    [
      "https://example.org",
      { host: "example.org", port: 443, tls: true, prefix: "", headers: { Host: "example.org" } },
    ],
    [
      "http://[::1]:9001/sup/",
      { host: "::1", port: 9001, tls: false, prefix: "/sup", headers: { Host: "[::1]:9001" } },
    ],
    [
      "http://ann:p%40ss@localhost",
      {
        host: "localhost",
        port: 80,
        tls: false,
        prefix: "",
        headers: { Host: "localhost", Authorization: basic("ann:p@ss") },
      },
    ],
  ])("%s", (url, target) => expect(targetOf(url)).toEqual(target));

  test("takes name and password from beside it, too", () => {
    expect(targetOf("http://a:b@localhost", "ann", "secret")).toMatchObject({
      headers: { Authorization: basic("ann:secret") },
    });
  });

  test.each(["localhost:9001", "ftp://localhost", "", "unix://relative.sock"])("is not %j", (url) =>
    expect(() => targetOf(url)).toThrow(TypeError),
  );
});
