import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAction } from "../../src/http/web/action.ts";
import { configPage } from "../../src/http/web/config-page.ts";
import { html } from "../../src/http/web/html.ts";
import { logsPage, streamNames } from "../../src/http/web/log-page.ts";
import { metricsText } from "../../src/http/metrics/metrics-text.ts";
import { bytesText, processRow, uptimeText } from "../../src/http/web/row.ts";
import { parseTableQuery, statusPage } from "../../src/http/web/status-page.ts";
import type { ProcessReport, StatusReport } from "../../src/protocol/api.ts";

const process = (over: Partial<ProcessReport> = {}): ProcessReport => ({
  name: "web",
  group: "web",
  program: "web",
  namespec: "web",
  state: "RUNNING",
  pid: 10,
  start: 1000,
  stop: 0,
  exitstatus: null,
  lastExit: "",
  spawnerr: "",
  description: "",
  why: "",
  heldUpBy: [],
  survivors: [],
  ready: true,
  restarts: 0,
  stdoutLogfile: "",
  stderrLogfile: "",
  dropped: 0,
  logTrouble: "",
  ...over,
});

const report = (processes: readonly ProcessReport[], config: Partial<StatusReport["config"]> = {}): StatusReport => ({
  pid: 1,
  supervisorPid: 2,
  keeperVersion: "",
  containment: "session",
  version: "1",
  identifier: "test",
  mood: "running",
  startedAt: 0,
  now: 1_090_000,
  config: { file: "/c", generation: 3, stale: null, watching: true, needsRestart: [], ...config },
  supervisorRestarts: 0,
  upgradedFrom: null,
  troubles: [],
  processes,
});

test("a badge stands out for what has failed, and for nothing else", () => {
  const kind = (over: Partial<ProcessReport>): string | undefined =>
    /class="badge (\w+)"/.exec(processRow(process(over), 0, null).text)?.[1];
  expect(kind({ state: "EXITED", why: "ended by itself: exit status 3; autorestart is off" })).toBe("bad");
  expect(kind({ state: "EXITED", why: "ended by itself: exit status 0 (expected)" })).toBe("idle");
  expect(kind({ state: "FATAL" })).toBe("bad");
});

test("a page of logs shows the end of each, and is no longer for being of hundreds", () => {
  const folder = mkdtempSync(join(tmpdir(), "logs-"));
  try {
    const log = join(folder, "x.log");
    writeFileSync(log, `${"a line of a program\n".repeat(5000)}the last line\n`);
    const all = (count: number): ProcessReport[] =>
      Array.from({ length: count }, (_, index) =>
        process({ name: `p${index}`, group: "g", namespec: `g:p${index}`, stdoutLogfile: log }),
      );
    const page = (count: number): string => logsPage(report(all(count)), new URLSearchParams("name=g:*")).text;
    expect(page(1)).toContain("a line of a program\n".repeat(3000));
    expect(page(500).split("the last line\n")).toHaveLength(501);
    expect(page(500).length).toBeLessThan(2 << 20);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a page of logs asks its stream for no more names than an address holds", () => {
  const group = (name: string, count: number): ProcessReport[] =>
    Array.from({ length: count }, (_, index) =>
      process({ name: `worker_${index}`, group: name, namespec: `${name}:worker_${index}` }),
    );
  const [many, few, others] = [group("many", 1000), group("few", 2), [process()]];
  const all = [...many, ...few, ...others];
  expect(streamNames(few, few)).toEqual(["few:worker_0", "few:worker_1"]);
  expect(streamNames(all, all)).toEqual([]);
  expect(streamNames([...many, ...few.slice(1)], all)).toEqual(["many:*", "few:worker_1"]);
  expect(streamNames(many.slice(1), all)).toEqual(many.slice(1).map((one) => `many:${one.name}`));
  const shown = (name: string): string => logsPage(report(all), new URLSearchParams({ name })).text;
  expect(shown("many:*")).toMatch(/data-names="\[&quot;many:\*&quot;\]"\s+data-many/);
  expect(shown("many:*")).toContain('href="/logs?name=many%3A*"');
  expect(shown("web:web")).toContain('data-names="[&quot;web:web&quot;]"');
  expect(shown("web:web")).not.toContain("data-many");
});

describe("a page", () => {
  test("never lets a value become markup, whatever it holds and wherever it stands", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."<>&\"'a \u0000\u001b=/") }), (text) => {
        const out = html`<p title="${text}">${text}</p>`.text;
        expect(out.match(/[<>"]/g)).toHaveLength(6);
        expect(/[\u0000\u001b]/.test(out)).toBe(false);
      }),
    );
  });

  test("shows a hostile name of a process as text in every place of its row", () => {
    const name = `"><script>alert(1)</script>`;
    const row = processRow(process({ name, group: name, namespec: name, why: name, state: "FATAL" }), 0, null).text;
    expect(row).not.toContain("<script>");
    expect(row).toContain("&quot;&gt;&lt;script&gt;");
  });

  test.each([
    [process(), ["restart web:web", "stop web:web"]],
    [process({ state: "STARTING" }), ["restart web:web", "stop web:web"]],
    [process({ state: "BACKOFF", pid: 0 }), ["restart web:web", "stop web:web"]],
    [process({ state: "STOPPED", pid: 0 }), ["start web:web"]],
    [process({ state: "EXITED", pid: 0 }), ["start web:web"]],
    [process({ state: "FATAL", pid: 0 }), ["start web:web"]],
    [process({ state: "UNKNOWN" }), ["start web:web"]],
    [process({ state: "STOPPING" }), []],
  ])("offers what makes sense in the state of %o", (one, expected) => {
    const row = processRow(one, 0, null).text;
    expect([...row.matchAll(/name="do"\s+value="([^"]*)"/g)].map((match) => match[1])).toEqual(expected);
  });

  test.each([
    [0, "0s"],
    [59, "59s"],
    [60, "1m 0s"],
    [3599, "59m 59s"],
    [3600, "1h 0m"],
    [86_399, "23h 59m"],
    [90_000, "1d 1h"],
    [-5, "0s"],
  ])("writes an uptime of %d seconds as %s", (seconds, text) => expect(uptimeText(seconds)).toBe(text));

  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KB"],
    [20 << 20, "20 MB"],
    [3 * 2 ** 30, "3.0 GB"],
  ])("writes %d bytes as %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

  test.each([
    ["", ["b:x", "b:y", "a"]],
    ["filter=X", ["b:x"]],
    ["state=fatal", ["b:y"]],
    ["group=b", ["b:x", "b:y"]],
    ["sort=name", ["a", "b:x", "b:y"]],
    ["sort=uptime", ["a", "b:x", "b:y"]],
    ["sort=restarts", ["b:y", "b:x", "a"]],
    ["filter=nothing", []],
  ])("filters and sorts by the address alone: ?%s", (query, expected) => {
    const all = [
      process({ group: "b", name: "x", namespec: "b:x", start: 500, restarts: 1 }),
      process({ group: "a", name: "a", namespec: "a", start: 100 }),
      process({ group: "b", name: "y", namespec: "b:y", state: "FATAL", pid: 0, restarts: 5 }),
    ];
    const page = statusPage(report(all), new Map(), parseTableQuery(new URLSearchParams(query)), "x.0").text;
    expect([...page.matchAll(/data-name="([^"]*)"/g)].map((match) => match[1])).toEqual(expected);
  });
});

describe("a form", () => {
  test.each([
    ["do=stop+web:web_0", { verb: "stop", names: ["web:web_0"], signal: "" }],
    ["do=start+my+group:a+b", { verb: "start", names: ["my group:a b"], signal: "" }],
    ["do=update", { verb: "update", names: [], signal: "" }],
    ["selected=signal&signal=HUP&name=a:a&name=b:b", { verb: "signal", names: ["a:a", "b:b"], signal: "HUP" }],
    // The button of one row counts, whatever else is ticked.
    ["do=stop+a:a&name=b:b&signal=HUP", { verb: "stop", names: ["a:a"], signal: "HUP" }],
    ["do=shutdown", null],
    ["selected=toString&name=a", null],
    ["", null],
  ])("that says %s asks for %o", (form, expected) => {
    expect(parseAction(new URLSearchParams(form))).toEqual(expected);
  });
});

describe("the config page", () => {
  const plan = { ok: true, problems: "", warnings: "", applied: false, steps: [], needsRestart: [] };

  test("shows each change as what was and what will be, with a button to apply it", () => {
    const steps = [
      { action: "restart", namespec: "web", name: "web", group: "web", changes: ["command: a -> b <c>"] },
      { action: "add", namespec: "new", name: "new", group: "new", changes: [] },
    ] as const;
    const page = configPage(report([]), { ...plan, steps }).text.replaceAll(/\s+/g, " ");
    expect(page).toContain("<del>a</del><ins>b &lt;c&gt;</ins>");
    expect(page).toContain('value="update"');
  });

  test("shows the code frame of a broken config, and nothing to apply", () => {
    const page = configPage(report([]), { ...plan, ok: false, problems: "3 | command: <\n  |  ^" }).text;
    expect(page).toContain("3 | command: &lt;\n  |  ^");
    expect(page).not.toContain('value="update"');
  });

  test("has no button when there is nothing to change", () => {
    expect(configPage(report([]), plan).text).not.toContain("<button");
  });
});

describe("metrics", () => {
  const used = { cpu: 5, cpuSeconds: 1.5, memory: 4096, processes: 2, pids: [] };
  const hostile = process({
    name: 'a"b\\c\nd',
    namespec: "x",
    group: "g",
    state: "FATAL",
    pid: 0,
    start: 0,
    dropped: 7,
  });
  const exits = {
    get: (key: string) => ({ expected: 0, unexpected: key === "web:web" ? 3 : 0, early: 0, stopped: 0 }),
    codes: (key: string): Record<string, number> => (key === "web:web" ? { "7": 2, SIGKILL: 1 } : {}),
  };
  const text = async (accept: string) => {
    const facts = report([process(), hostile], { stale: { since: 1_080_000, problems: "" } });
    return (await metricsText(facts, new Map([[10, used]]), exits, accept)).text;
  };

  test.each([
    ["application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0; charset=utf-8"],
    ["*/*", "text/plain; version=0.0.4; charset=utf-8"],
  ])("for who accepts %s are %s, and end where they say so", async (accept, type) => {
    const answer = await metricsText(report([process(), hostile]), new Map(), exits, accept);
    expect(answer.type).toBe(type);
    expect(answer.text.endsWith("\n# EOF\n")).toBe(true);
    expect(answer.text.match(/# EOF/g)).toHaveLength(1);
    const declared = [...answer.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
    expect(new Set(declared).size).toBe(declared.length);
    expect(declared.length).toBeGreaterThan(20);
  });

  test("tell of every process, running or not, and of a config that is stale", async () => {
    const lines = (await text("*/*")).split("\n");
    const web = '{group="web",name="web",program="web"}';
    const dead = '{group="g",name="a\\"b\\\\c\\nd",program="web"}';
    expect(lines).toEqual(
      expect.arrayContaining([
        `sup_process_up${web} 1`,
        `sup_process_up${dead} 0`,
        `sup_process_uptime_seconds${web} 90`,
        `sup_process_uptime_seconds${dead} 0`,
        `sup_process_cpu_seconds_total${web} 1.5`,
        `sup_process_resident_memory_bytes${web} 4096`,
        `sup_process_log_dropped_bytes_total${dead} 7`,
        'sup_process_exits_total{group="web",name="web",program="web",kind="unexpected"} 3',
        `sup_process_exit_codes_total{group="web",name="web",program="web",code="SIGKILL"} 1`,
        `sup_process_exit_codes_total{group="web",name="web",program="web",code="7"} 2`,
        `sup_process_exit_codes_total{group="g",name="a\\"b\\\\c\\nd",program="web",code="0"} 0`,
        "sup_config_stale 1",
        "sup_config_stale_seconds 10",
        "sup_config_generation 3",
      ]),
    );
    expect(lines.filter((line) => line.startsWith("sup_process_state{") && line.endsWith(" 1"))).toHaveLength(2);
  });
});

test("no button of a row is in one form with those of others: browsers go through all of a form at the coming and going of each", () => {
  const { text } = statusPage(
    report([process(), process({ name: "b" })]),
    new Map(),
    parseTableQuery(new URLSearchParams()),
    "",
  );
  expect(text.indexOf("</form>", text.indexOf('id="act"'))).toBeLessThan(text.indexOf("<table"));
  const rows = text.split("<tr").filter((row) => row.includes("data-key"));
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    expect(row).toMatch(/<input type="checkbox" name="name" form="act"/);
    expect(row.match(/<form method="post" action="\/action">/g)).toHaveLength(1);
  }
});
