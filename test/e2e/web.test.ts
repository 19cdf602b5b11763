import { execa } from "execa";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, seriousFindings } from "../support/browser.ts";
import { ask, eventually, freePort, rpc, type Answer } from "../support/http.ts";
import { Project } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

/*
 * The page as people meet it: a real daemon, a real Chromium. The requests that need no browser are made by hand.
 */

const project = new Project();
let port = 0;
let browser: Browser;
const contexts: BrowserContext[] = [];

const config = (programs: string): string => `
import { defineConfig } from "sup";
export default defineConfig({
  inetHttpServer: { port: "127.0.0.1:${port}", username: "ann", password: "secret" },
  programs: {${programs}},
});
`;

const PROGRAMS = `
    steady: { command: "sleep 1000", startsecs: 0 },
    pair: { command: "sleep 1000", startsecs: 0, numprocs: 2, processName: "%(program_name)s_%(process_num)d" },
    "*": { command: "sleep 1000", startsecs: 0, autostart: false },
    idle: { command: "sleep 1000", startsecs: 0, autostart: false },
    "a,b": { command: "sh -c 'echo commas; exec sleep 1000'", startsecs: 0 },
    nowhere: { command: "/nonexistent/program" },
    counter: { command: \`sh -c 'n=0; while :; do n=$((n+1)); echo count $n; sleep 0.05; done'\`, startsecs: 0, autostart: false },
    talker: { command: \`sh -c 'trap "echo got the signal" HUP; printf "\\\\033[31mred\\\\033[0m <b>bold</b>\\\\n"; while :; do sleep 0.1; done'\`, startsecs: 0 },`;

const login = { Authorization: `Basic ${Buffer.from("ann:secret").toString("base64")}` };

beforeAll(async () => {
  port = await freePort();
  project.write("supervisor.config.ts", config(PROGRAMS));
  const up = await project.sup("up", "-d", "--no-watch");
  expect(up).toMatchObject({ exitCode: 0 });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await project.close();
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

/** A page whose every complaint, and every request to anybody else, fails the test. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ httpCredentials: { username: "ann", password: "secret" }, ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => expect.soft(String(error)).toBe(""));
  page.on("console", (message) => {
    if (message.type() === "error") expect.soft(message.text()).toBe("");
  });
  page.on("request", (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol !== "data:") expect.soft(host).toBe(`127.0.0.1:${port}`);
  });
  await page.goto(`http://127.0.0.1:${port}${path}`);
  return page;
}

const state = (page: Page, key: string, word: string) =>
  page.locator(`tr[data-key="${key}"][data-state="${word}"]`).waitFor();

const press = (page: Page, value: string) => page.locator(`button[name="do"][value="${value}"]`).click();

const get = (path: string, headers: Record<string, string> = login): Promise<Answer> =>
  ask({ port, host: "127.0.0.1", path, headers });

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(
    {
      port,
      host: "127.0.0.1",
      path,
      method: "POST",
      headers: { ...login, "Content-Type": "application/x-www-form-urlencoded", ...headers },
    },
    body,
  );

/** Runs in the browser. */
const focusedRow = "document.activeElement.closest('tr')?.dataset.key";

const stateOf = async (namespec: string): Promise<string | undefined> =>
  (await project.status()).processes.find((one) => one.namespec === namespec)?.state;

describe("without a script", () => {
  test("the page starts and stops by its buttons, and says what came of it", async () => {
    const page = await open("/", { javaScriptEnabled: false });
    await press(page, "start idle:idle");
    await state(page, "idle:idle", "RUNNING");
    expect(await page.locator(".message").textContent()).toContain("Started idle");
    await press(page, "stop idle:idle");
    await state(page, "idle:idle", "STOPPED");
    expect(await page.locator('tr[data-key="idle:idle"] .why').textContent()).toContain("stopped by an operator");
    expect(await stateOf("idle")).toBe("STOPPED");
  });

  test("those who are ticked are acted upon, and the filter goes into the address", async () => {
    const page = await open("/?filter=pair", { javaScriptEnabled: false });
    expect(await page.locator("tr[data-key]").count()).toBe(2);
    await page.locator('input[value="pair:pair_1"]').check();
    await page.locator('button[name="selected"][value="stop"]').click();
    await state(page, "pair:pair_1", "STOPPED");
    await state(page, "pair:pair_0", "RUNNING");
    expect(page.url()).toContain("filter=pair");
    await press(page, "start pair:*");
    await state(page, "pair:pair_1", "RUNNING");
  });

  test("says in one sentence why a program does not run, and shows the end of a log as text", async () => {
    const page = await open("/", { javaScriptEnabled: false });
    expect(await page.locator('tr[data-key="nowhere:nowhere"] .why').textContent()).toContain("/nonexistent/program");
    await page.goto(`http://127.0.0.1:${port}/logs?name=talker:talker`);
    expect(await page.locator("pre.log").first().textContent()).toContain("red <b>bold</b>");
  });
});

describe("with its script, the page", () => {
  test("follows what others do, without being loaded again", async () => {
    const page = await open("/");
    await page.locator("#connection.live").waitFor();
    await project.sup("start", "idle");
    await state(page, "idle:idle", "RUNNING");
    await project.sup("stop", "idle");
    await state(page, "idle:idle", "STOPPED");
  });

  test("shows memory and processor of the trees after a while, and a history of them", async () => {
    const page = await open("/");
    await page.locator('tr[data-key="steady:steady"] .memory svg polyline[points*=" "]').waitFor({ state: "attached" });
    expect(await page.locator('tr[data-key="steady:steady"] .memory span').textContent()).toMatch(/^[\d.]+ [KMG]B$/);
    await page.locator('tr[data-key="steady:steady"] .cpu span', { hasText: "%" }).waitFor();
  });

  test("acts where it is, keeps what is ticked and who has the focus, and tells what failed", async () => {
    const page = await open("/");
    await page.locator("#connection.live").waitFor();
    await page.locator('tr[data-key="idle:idle"] input').check();
    await page.locator('tr[data-key="idle:idle"] button[value="start idle:idle"]').focus();
    await page.keyboard.press("Enter");
    await state(page, "idle:idle", "RUNNING");
    expect(await page.locator('tr[data-key="idle:idle"] input').isChecked()).toBe(true);
    expect(await page.evaluate(focusedRow)).toBe("idle:idle");
    await press(page, "start nowhere:nowhere");
    await page.locator(".message.bad", { hasText: "/nonexistent/program" }).waitFor();
    await page.locator('button[name="selected"][value="stop"]').click();
    await state(page, "idle:idle", "STOPPED");
  });

  test("filters and sorts at once, by keyboard alone", async () => {
    const page = await open("/");
    await page.locator("#connection.live").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("pair");
    expect(await page.locator("tr[data-key]:visible").count()).toBe(2);
    await page.keyboard.press("Escape");
    expect(await page.locator("tr[data-key]:visible").count()).toBe(9);
    const names = () =>
      page.locator("tr[data-key]:visible").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-name")));
    await page.locator("th.name button").focus();
    await page.keyboard.press("Enter");
    expect(await names()).toEqual([
      "*",
      "a,b",
      "counter",
      "idle",
      "nowhere",
      "pair:pair_0",
      "pair:pair_1",
      "steady",
      "talker",
    ]);
    await page.keyboard.press("Enter");
    expect(await names()).toEqual([
      "talker",
      "steady",
      "pair:pair_1",
      "pair:pair_0",
      "nowhere",
      "idle",
      "counter",
      "a,b",
      "*",
    ]);
  });

  test("shows logs as they grow, in colour, and never as markup", async () => {
    const page = await open("/logs?name=talker:talker&name=steady:steady");
    await page.locator("#log .f1", { hasText: "red" }).waitFor();
    expect(await page.locator("#log b").count()).toBe(0);
    await post("/action", "selected=signal&signal=HUP&name=talker:talker");
    await page.locator("#log div", { hasText: "got the signal" }).waitFor();
    await page.locator("#search").fill("SIGNAL");
    await page.locator("#only").check();
    await page.locator("#matches", { hasText: "1 line matches" }).waitFor();
    expect(await page.locator("#log div:visible").count()).toBe(1);
  });

  test("shows the log of a program with a comma in its name", async () => {
    const page = await open("/logs?name=a%2Cb%3Aa%2Cb");
    await page.locator("#log", { hasText: "commas" }).waitFor();
  });

  test("shows every line once, also when the supervisor process is killed meanwhile", async () => {
    const context = await browser.newContext({ httpCredentials: { username: "ann", password: "secret" } });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`http://127.0.0.1:${port}/logs?name=counter:counter`);
    await project.sup("start", "counter");
    const numbers = async (): Promise<number[]> =>
      (await page.locator("#log div").allTextContents()).map((text) => Number(/^count (\d+)$/.exec(text)?.[1] ?? NaN));
    await eventually(async () => (await numbers()).length > 0, "lines");
    const before = (await numbers()).length;
    const { supervisorPid } = await project.status();
    sendSignal(supervisorPid, "SIGKILL");
    await eventually(async () => (await numbers()).length > before + 40, "lines after the kill");
    const shown = await numbers();
    expect(shown.filter((number, index) => number !== (shown[0] ?? 0) + index)).toEqual([]);
    await project.sup("stop", "counter");
  });
});

describe("the main log", () => {
  test("stands on its page from the beginning, each line once, and goes on", async () => {
    const page = await open("/daemon");
    await page.locator("#log div", { hasText: "supervisord started with pid" }).waitFor();
    await project.sup("restart", "talker");
    const { processes } = await project.status();
    const pid = processes.find((one) => one.namespec === "talker")?.pid;
    await page.locator("#log div", { hasText: `spawned: 'talker' with pid ${pid}` }).waitFor();
    const shown = await page.locator("#log div").allTextContents();
    const { body } = await get("/logs/download?stream=main");
    const written = body.split("\n").slice(0, shown.length);
    expect(shown).toEqual(written);
  });
});

describe("a changed config", () => {
  test("shows as a diff and is applied by a button; a broken one shows its place; a process that came shows by itself", async () => {
    const page = await open("/");
    await page.locator("#connection.live").waitFor();
    project.write(
      "supervisor.config.ts",
      config(
        PROGRAMS.replace('idle: { command: "sleep 1000"', 'idle: { command: "sleep 2000"') +
          'fresh: { command: "sleep 1000", startsecs: 0 },',
      ),
    );
    const plan = await open("/config");
    expect(await plan.locator("del").allTextContents()).toContain("sleep 1000");
    expect(await plan.locator("ins").allTextContents()).toContain("sleep 2000");
    await plan.locator("button", { hasText: "Apply" }).click();
    await plan.locator(".message", { hasText: "add fresh" }).waitFor();
    await state(page, "fresh:fresh", "RUNNING");

    project.write("supervisor.config.ts", config(PROGRAMS).replace('command: "sleep 1000"', "command: 12"));
    await plan.reload();
    const frame = await plan.locator("pre.frame").textContent();
    expect(frame).toContain("supervisor.config.ts:");
    expect(frame).toContain("command: 12");
    expect(await plan.locator("button", { hasText: "Apply" }).count()).toBe(0);
    await page.locator("#banner .bad").waitFor();
    project.write("supervisor.config.ts", config(PROGRAMS));
    expect((await post("/action", "do=update")).status).toBe(303);
    await page.locator('tr[data-key="fresh:fresh"]').waitFor({ state: "detached" });
  });
});

describe("who may do what", () => {
  test("nothing answers without the password", async () => {
    for (const path of ["/", "/logs", "/metrics", "/web/page.css", "/web/live"]) {
      expect((await get(path, {})).status).toBe(401);
    }
    expect((await post("/action", "do=stop+steady:steady", { Authorization: "" })).status).toBe(401);
    expect(await stateOf("steady")).toBe("RUNNING");
  });

  test("a page of somebody else cannot act, by POST or by GET, nor frame ours", async () => {
    const foreign = [
      { Origin: "http://evil.example" },
      { Origin: "null" },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { "Content-Type": "text/plain", "Sec-Fetch-Site": "same-origin" },
    ];
    for (const headers of foreign) {
      for (const path of ["/action", "/index.html?action=stop&processname=steady"]) {
        expect([403, 415]).toContain((await post(path, "do=stop+steady:steady", headers)).status);
      }
    }
    expect((await get("/action?do=stop+steady:steady")).status).toBe(405);
    expect((await get("/index.html?action=stop&processname=steady")).body).toContain("<form");
    expect(await stateOf("steady")).toBe("RUNNING");
    const { headers } = await get("/");
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("a redirect never leaves us, whatever the request says", async () => {
    for (const back of ["//evil.example/", "https://evil.example", "/\\evil.example", "/process?name=a%0d%0aX:1"]) {
      const { status, headers } = await post("/action", `do=start+steady:steady&back=${encodeURIComponent(back)}`, {
        Host: "evil.example",
      });
      expect(status).toBe(303);
      expect(headers["location"]).toMatch(/^\/(?:process)?\?[^/\\\r\n]*done=/);
    }
  });

  test("who did what stands in the timeline and in the daemon's log", async () => {
    await post("/action", "do=restart+steady:steady");
    expect((await get("/events")).body).toMatch(/ann at (?:::ffff:)?127\.0\.0\.1: restart steady:steady/);
    expect((await get("/daemon")).body).toContain("web: ann at");
    await project.sup("restart", "pair:*");
    await rpc({ port, host: "127.0.0.1", headers: login }, "supervisor.signalProcess", "talker", "CONT");
    const calls = [{ methodName: "supervisor.clearProcessLogs", params: ["steady"] }];
    await rpc({ port, host: "127.0.0.1", headers: login }, "system.multicall", calls);
    const events = (await get("/events")).body;
    expect(events).toContain("sup: restart pair:*");
    expect(events).toContain("XML-RPC: signalProcess talker CONT");
    expect(events).toContain("XML-RPC: clearProcessLogs steady");
    expect((await get("/logs/download?stream=main")).body).toContain("restart steady:steady");
  });

  test("unknown names, actions and paths are refused in words", async () => {
    expect((await post("/action", "do=stop+nobody:x")).status).toBe(303);
    expect((await post("/action", "do=explode+steady:steady")).status).toBe(400);
    expect((await get("/process?name=nobody")).status).toBe(404);
    expect((await get("/process?name=*:*")).status).toBe(200);
    expect((await get("/logs/download?name=*:*")).status).toBe(200);
    const many = Array.from({ length: 600 }, (_, number) => `name=program_${number}%3Aprogram_${number}`);
    expect((await get(`/logs?${many.join("&")}`)).status).toBe(200);
    expect((await get("/logs/download?name=nobody&stream=stdout")).status).toBe(404);
    expect((await get("/web/..%2f..%2fpackage.json")).status).toBe(404);
    expect((await get("/web/page.html")).status).toBe(404);
  });
});

describe("axe finds nothing serious", () => {
  test.each(["light", "dark"] as const)("on any page, in %s colours", async (colorScheme) => {
    const pages = ["/", "/process?name=steady", "/logs?name=talker", "/events", "/config", "/daemon"];
    const found: unknown[] = [];
    for (const path of pages) {
      const page = await open(path, { colorScheme });
      for (const finding of await seriousFindings(page)) found.push({ path, finding });
    }
    expect(found).toEqual([]);
  });
});

describe("metrics", () => {
  test("count how runs ended, and have every process of the config", async () => {
    const value = async (line: string): Promise<number> => {
      const { body } = await get("/metrics");
      return Number(
        body
          .split("\n")
          .find((one) => one.startsWith(`${line} `))
          ?.slice(line.length + 1),
      );
    };
    const steady = 'group="steady",name="steady",program="steady"';
    const before = await value(`sup_process_exits_total{${steady},kind="stopped"}`);
    await post("/action", "do=restart+steady:steady");
    expect(await value(`sup_process_exits_total{${steady},kind="stopped"}`)).toBe(before + 1);
    expect(await value(`sup_process_up{${steady}}`)).toBe(1);
    // A process that has just begun has no memory that the kernel has counted yet, and one look serves for a second.
    await eventually(
      async () => (await value(`sup_process_resident_memory_bytes{${steady}}`)) > 100_000,
      "memory of the tree",
    );
    expect(await value(`sup_process_open_fds{${steady}}`)).toBeGreaterThan(2);
    expect(await value('sup_process_up{group="nowhere",name="nowhere",program="nowhere"}')).toBe(0);
    expect(await value('sup_process_exits_total{group="nowhere",name="nowhere",program="nowhere",kind="early"}')).toBe(
      0,
    );
  });
});

test("promtool of Debian's prometheus is happy with the metrics", async () => {
  const { body } = await get("/metrics");
  // Fails where promtool is missing: apt-get install prometheus.
  const { stderr, exitCode, stdout } = await execa("promtool", ["check", "metrics"], { input: body, reject: false });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

describe("the addresses of Supervisor's own page", () => {
  const act = async (query: string): Promise<string> => {
    const { status, headers } = await post(`/index.html?${query}`, "");
    expect(status).toBe(303);
    const { body } = await get(String(headers["location"]));
    return /<p class="message">([^<]*)<\/p>/.exec(body)?.[1] ?? "";
  };

  test.each([
    ["action=start&processname=steady", "ERROR: Process steady: already started"],
    ["action=start&processname=nowhere", "ERROR: Process nowhere: no such file"],
    ["action=start&processname=nobody", "No such process named nobody"],
    ["action=stop&processname=pair:*", "No such process named pair:*"],
    ["action=stop&processname=steady", "Process steady stopped"],
    ["action=stop&processname=steady", "unexpected rpc fault [70] NOT_RUNNING: steady"],
    ["action=restart&processname=steady", "Process steady restarted"],
    ["action=clearlog&processname=steady", "Log for steady cleared"],
    ["action=refresh", "Page refreshed at "],
    ["action=restartall", "All restarted at "],
  ])("act on POST with %s and say %s", async (query, message) => expect(await act(query)).toContain(message));

  test.each([
    ["/tail.html?processname=talker", "red"],
    ["/tail.html", "No process name found"],
    ["/tail.html?processname=nobody", "ERROR: unexpected rpc fault [10] BAD_NAME: nobody"],
    ["/ok.html", "OK"],
    ["/index.html", "<table"],
  ])("answer %s with %s", async (path, text) => {
    const { status, body } = await get(path);
    expect(status).toBe(200);
    expect(body).toContain(text);
  });

  test("answer HEAD like GET without a body, on the control socket too", async () => {
    const { status, headers, body } = await ask({ port, host: "127.0.0.1", path: "/", method: "HEAD", headers: login });
    expect([status, body, Number(headers["content-length"]) > 1000]).toEqual([200, "", true]);
    const runtime = String(project.env["SUP_RUNTIME_DIR"]);
    const [daemon = ""] = readdirSync(runtime);
    const local = await ask({ socketPath: join(runtime, daemon, "control.sock"), path: "/" });
    expect(local.body).toContain("<table");
  });
});
