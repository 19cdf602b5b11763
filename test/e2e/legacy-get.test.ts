import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, freePort, type Answer } from "../support/http.ts";
import { closePair, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// Scripts that act by GET on the addresses of Supervisor's own page, on both daemons: with `legacy_get_actions` they cannot tell
// them apart by what happens and by what the page then says.

let pair: readonly [Side, Side];
let ours: Side;
const ports = new Map<Side, number>();
const port = (side: Side): number => ports.get(side) ?? 0;

beforeAll(async () => {
  pair = makePair();
  [ours] = pair;
  await onBoth(pair, async (side) => {
    ports.set(side, await freePort());
    side.configure(
      "[program:stays]\ncommand=sh -c 'echo hello; exec sleep 1000'\nstartsecs=0\n" +
        "[program:talks]\ncommand=seq 2000\nstartsecs=0\nautorestart=false\n[program:missing]\ncommand=/nope\nautostart=false\n" +
        `[inet_http_server]\nport=127.0.0.1:${port(side)}\n`,
      "legacy_get_actions=true",
    );
    await side.start();
    await side.until(/spawned: 'stays'/);
    await side.until(/exited: talks/);
  });
});
afterAll(() => closePair(pair));

const get = (side: Side, path: string, headers: Record<string, string> = {}) =>
  ask({ host: "127.0.0.1", port: port(side), path, headers });

/** What the page says after an action: Supervisor puts it into the address it redirects to, we keep it behind a number. */
async function said(side: Side, { headers }: Answer): Promise<string> {
  const target = new URL(String(headers["location"]), "http://page");
  const message = target.searchParams.get("message");
  const { body } = await get(side, `${target.pathname}${target.search}`);
  const text = message ?? /<p class="message">([^<]*)</.exec(body)?.[1] ?? body;
  return text.replace(/ at .*$/, " at T");
}

const act = async (side: Side, path: string): Promise<string> => said(side, await get(side, path));

const post = (side: Side, path: string, body: string, headers: Record<string, string>): Promise<Answer> =>
  ask({ host: "127.0.0.1", port: port(side), path, method: "POST", headers }, body);

describe("a GET with legacy_get_actions", () => {
  test.each([
    ["action=stop&processname=stays", "STOPPED"],
    ["action=start&processname=stays", "RUNNING"],
    ["action=start&processname=stays", "RUNNING"],
    ["action=restart&processname=stays", "RUNNING"],
    ["action=clearlog&processname=stays", "RUNNING"],
    ["action=start&processname=missing", "RUNNING"],
    ["action=stop&processname=nobody", "RUNNING"],
    ["action=stopall", "STOPPED"],
    ["action=restartall", "RUNNING"],
    ["action=refresh", "RUNNING"],
  ])("%s does and says the same", async (query, state) => {
    const [mine, theirs] = await onBoth(pair, (side) => act(side, `/index.html?${query}`));
    expect(mine).toBe(theirs);
    const [ourState, theirState] = await onBoth(pair, async (side) => side.ctl("status", "stays").split(/\s+/)[1]);
    expect([ourState, theirState]).toEqual([state, state]);
  });

  test("at / does and says the same as at /index.html", async () => {
    for (const verb of ["stop", "start"]) {
      const [mine, theirs] = await onBoth(pair, (side) => act(side, `/?action=${verb}&processname=stays`));
      expect(mine).toBe(theirs);
      expect(mine).toMatch(/^Process stays (?:stopped|started)$/);
    }
  });

  test.each(["1024", "5000000000", "abc"])("tail.html knows a limit of %s", async (limit) => {
    const [mine, theirs] = await onBoth(pair, async (side) => {
      const { status, body } = await get(side, `/tail.html?processname=talks&limit=${limit}`);
      return [status, (/<pre[^>]*>([^<]*)</.exec(body)?.[1] ?? "").trim().length];
    });
    expect(mine).toEqual(theirs);
  });

  test("tail.html shows the end of the log", async () => {
    for (const body of await onBoth(pair, async (side) => (await get(side, "/tail.html?processname=stays")).body))
      expect(body).toContain("hello");
  });

  test.each([
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { Referer: "http://evil.example/x" },
  ])("from a page of another site (%j) changes nothing: it is asked back", async (headers) => {
    const { status, body } = await get(ours, "/index.html?action=stop&processname=stays", headers);
    expect(status).toBe(200);
    expect(body).toContain('<form method="post"');
    expect(ours.ctl("status", "stays")).toContain("RUNNING");
  });
});

describe("a POST of a program", () => {
  const form = "application/x-www-form-urlencoded";
  test.each([
    ["/index.html", "action=stop&processname=stays", form],
    ["/", "action=start&processname=stays", `${form}; charset=UTF-8`],
    ["/?action=refresh&processname=nobody", "action=restart&processname=stays", form],
    ["/?processname=stays&processname=nobody", "action=restart", form],
    ["/", "processname=nobody&action=stop&action=restart&processname=stays&action=", form],
    ["/", "action=restart&processname=stays", "text/plain"],
    ["/index.html", "action=restart&processname=stays", "application/json"],
    ["/index.html", "action=restart&processname=stays", ""],
  ])("to %s with %s (%s) does and says the same", async (path, body, type) => {
    const headers: Record<string, string> = type === "" ? {} : { "Content-Type": type };
    const [mine, theirs] = await onBoth(pair, async (side) => said(side, await post(side, path, body, headers)));
    expect(mine).toBe(theirs);
    expect(mine).toMatch(/^Process stays (?:stopped|started|restarted)$/);
  });

  test.each(["/", "/index.html"])("to %s without an action shows the page", async (path) => {
    const answers = await onBoth(pair, async (side) => post(side, path, "x=1", { "Content-Type": form }));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toContain("stays");
    }
  });

  test("of another type from a browser is refused", async () => {
    const origin = { Origin: `http://127.0.0.1:${port(ours)}`, "Content-Type": "text/plain" };
    expect((await post(ours, "/", "action=stop&processname=stays", origin)).status).toBe(415);
    expect(ours.ctl("status", "stays")).toContain("RUNNING");
  });
});
