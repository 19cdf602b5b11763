import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "../../src/http/address.ts";
import { controlRoutes, type ControlParts } from "../../src/http/control-routes.ts";

describe("an address", () => {
  test.each([
    ["/logs?name=a", "/logs", "?name=a"],
    ["//logs", "/logs", ""],
    ["///x:80/y", "/x:80/y", ""],
    ["//:80", "/:80", ""],
    ["*", "/*", ""],
  ])("%s is the path %s, never a host", (address, pathname, search) => {
    expect(parseAddress(address)).toMatchObject({ pathname, search, host: "here" });
  });

  test.each(["/\\:x", "/\\[", "/\\a:b"])("%s is none", (address) => {
    expect(parseAddress(address)).toBe(null);
  });
});

describe("the JSON API", () => {
  const failures: unknown[] = [];
  let server: Server;

  beforeAll(async () => {
    const parts = { methods: {}, onError: (error: unknown) => failures.push(error) } as unknown as ControlParts;
    server = createServer(controlRoutes(parts));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterAll(() => server.close());

  test.each(["//:80", "/\\:x", "/nowhere", "*"])("has nothing at %s", async (address) => {
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    let answer = "";
    client.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    client.write(`OPTIONS ${address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await new Promise((resolve) => client.once("close", resolve));
    expect(answer).toContain("HTTP/1.1 404");
    expect(failures).toEqual([]);
  });
});
