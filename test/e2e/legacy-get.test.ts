import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, freePort } from "../support/http.ts";
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
        "[program:missing]\ncommand=/nope\nautostart=false\n" +
        `[inet_http_server]\nport=127.0.0.1:${port(side)}\n`,
      "legacy_get_actions=true",
    );
    await side.start();
    await side.until(/spawned: 'stays'/);
  });
});
afterAll(() => closePair(pair));

const get = (side: Side, path: string, headers: Record<string, string> = {}) =>
  ask({ host: "127.0.0.1", port: port(side), path, headers });

/** What the page says after an action: Supervisor puts it into the address it redirects to, we keep it behind a number. */
async function act(side: Side, query: string): Promise<string> {
  const { headers } = await get(side, `/index.html?${query}`);
  const target = new URL(String(headers["location"]), "http://page");
  const message = target.searchParams.get("message");
  const { body } = await get(side, `${target.pathname}${target.search}`);
  const said = message ?? /<p class="message">([^<]*)</.exec(body)?.[1] ?? body;
  return said.replace(/ at .*$/, " at T");
}

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
    const [mine, theirs] = await onBoth(pair, (side) => act(side, query));
    expect(mine).toBe(theirs);
    const [ourState, theirState] = await onBoth(pair, async (side) => side.ctl("status", "stays").split(/\s+/)[1]);
    expect([ourState, theirState]).toEqual([state, state]);
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
