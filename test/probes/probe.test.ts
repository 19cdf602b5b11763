import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { probe } from "../../src/probes/probe.ts";

const context = { environment: { PATH: "/usr/bin:/bin" }, directory: "/" };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Processes with these words in their command line. */
function running(words: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return (
        /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "latin1").replaceAll("\0", " ").includes(words)
      );
    } catch {
      return false;
    }
  });
}

test("a command that takes too long leaves nothing of itself behind", async () => {
  const words = `sleep 1000.${process.pid}`;
  const command = `${words} | cat; true`;
  expect(await probe({ kind: "exec", command }, 200, context)).toEqual({
    ok: false,
    reason: `\`${command}\` took longer than 200 ms`,
  });
  while (running(words).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});

test.each([
  ["true", { ok: true }],
  ["exit 3", { ok: false, reason: "`exit 3` ended with status 3" }],
  ["kill -9 $$", { ok: false, reason: "`kill -9 $$` ended with SIGKILL" }],
])("the command %s is judged by its end", async (command, result) => {
  expect(await probe({ kind: "exec", command }, 60_000, context)).toEqual(result);
});

test("a command whose folder is gone could not be run", async () => {
  const nowhere = { ...context, directory: "/nonexistent" };
  expect(await probe({ kind: "exec", command: "true" }, 60_000, nowhere)).toEqual({
    ok: false,
    reason: "`true` could not be run: ENOENT",
  });
});

test("what only looks like a URL passes no check, and does no harm", async () => {
  expect(await probe({ kind: "http", url: "http://[" }, 60_000, context)).toEqual({
    ok: false,
    reason: "http://[ is not a URL",
  });
});

/** Listens on the first of these ports that is free. */
async function listen(ports: readonly number[], status: number): Promise<number> {
  for (const port of ports) {
    const server = createServer((request, response) => {
      if (status !== 0) response.writeHead(request.headers.authorization === "Basic bWU6c2VjcmV0" ? 200 : status).end();
    });
    const isOpen = await new Promise((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isOpen) continue;
    servers.push(server);
    const address = server.address();
    if (typeof address === "object" && address !== null) return address.port;
  }
  throw new Error("none of the ports is free");
}

/** Browsers refuse to talk to these, and so does `fetch`. */
const FOR_NO_BROWSER = [6000, 6665, 6666, 6668, 6669, 6697, 5060, 5061, 10_080, 4045];

test("a service may listen on any port, also on one that browsers refuse", async () => {
  const port = await listen(FOR_NO_BROWSER, 302);
  expect(await probe({ kind: "http", url: `http://127.0.0.1:${port}/` }, 60_000, context)).toEqual({ ok: true });
});

test("a URL may name a user", async () => {
  const url = `http://me:secret@127.0.0.1:${await listen([0], 401)}/`;
  expect(await probe({ kind: "http", url }, 60_000, context)).toEqual({ ok: true });
});

test("what is wrong with a service is told", async () => {
  const failing = `http://127.0.0.1:${await listen([0], 503)}/healthz`;
  expect(await probe({ kind: "http", url: failing }, 60_000, context)).toEqual({
    ok: false,
    reason: `${failing} answered 503`,
  });
  const silent = `http://127.0.0.1:${await listen([0], 0)}/`;
  expect(await probe({ kind: "http", url: silent }, 100, context)).toEqual({
    ok: false,
    reason: `${silent}: no answer within 100 ms`,
  });
  const port = await listen([0], 200);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const closed = `http://127.0.0.1:${port}/`;
  expect(await probe({ kind: "http", url: closed }, 60_000, context)).toEqual({
    ok: false,
    reason: `${closed}: ECONNREFUSED`,
  });
});
