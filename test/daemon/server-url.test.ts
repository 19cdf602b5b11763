import { expect, test } from "vitest";
import { serverUrlOf } from "../../src/daemon/server-url.ts";
import type { ServerSpec } from "../../src/model/model.ts";

const auth = { username: null, password: null };
const inet = (host: string): ServerSpec => ({
  ...auth,
  kind: "inet",
  section: "inet_http_server",
  host,
  port: 9001,
  insecure: false,
});
const unix: ServerSpec = {
  ...auth,
  kind: "unix",
  section: "unix_http_server",
  file: "/run/x.sock",
  chmod: 0o700,
  chown: null,
};

test.each([
  ["", "http://localhost:9001"],
  ["127.0.0.1", "http://127.0.0.1:9001"],
  ["box", "http://box:9001"],
  ["::1", "http://[::1]:9001"],
  ["[::1]", "http://[::1]:9001"],
])("programs are told of the server on %j as %s", (host, url) => {
  expect(serverUrlOf([inet(host)])).toBe(url);
  expect(URL.canParse(url)).toBe(true);
});

test("programs are told of a unix socket, if there is one, and of nothing where there is none", () => {
  expect(serverUrlOf([inet("box"), unix])).toBe("unix:///run/x.sock");
  expect(serverUrlOf([])).toBeNull();
});
