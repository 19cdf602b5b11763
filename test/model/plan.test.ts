import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROCESS_APPLY, STREAM_APPLY } from "../../src/model/plan/apply.ts";
import { buildModel } from "../../src/model/build/build.ts";
import type { Config, EventName, ProgramConfig } from "../../src/model/config.ts";
import type { Model } from "../../src/model/model.ts";
import { planChange, type Plan } from "../../src/model/plan/plan.ts";
import { supervisorDiff } from "../../src/model/plan/supervisor-diff.ts";
import { testWorld } from "./support/test-world.ts";

function build(config: Config): Model {
  const result = buildModel(config, testWorld());
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

const program = (options: Partial<ProgramConfig> = {}): Config => ({
  programs: { db: { command: "d" }, web: { command: "x", ...options } },
});
const change = (from: Partial<ProgramConfig>, to: Partial<ProgramConfig>) =>
  planChange(build(program(from)), build(program(to)));
const actions = (before: Config, after: Config) =>
  planChange(build(before), build(after)).processes.map((process) => `${process.action} ${process.key}`);
const isEmptyPlan = (plan: Plan): boolean =>
  plan.supervisor.length === 0 && plan.groups.every((group) => group.action === "unchanged");

describe("planChange", () => {
  it("adds everything when nothing is active", () => {
    const plan = planChange(null, build(program()));
    expect(plan.processes.map((process) => [process.action, process.key])).toEqual([
      ["add", "db:db"],
      ["add", "web:web"],
    ]);
    expect(plan.groups.map((group) => group.action)).toEqual(["add", "add"]);
    expect(plan.supervisor).toEqual([]);
  });

  it("does nothing for a model that says the same, whatever the order of variables", () => {
    const plan = change({ environment: { A: "1", B: "2" } }, { environment: { B: "2", A: "1" } });
    expect(isEmptyPlan(plan)).toBe(true);
    expect(plan.processes.map((process) => process.action)).toEqual(["unchanged", "unchanged"]);
  });

  it.each<[Partial<ProgramConfig>, Partial<ProgramConfig>, "live" | "restart", string[]]>([
    [{}, { command: "y" }, "restart", ["command: x -> y"]],
    [{}, { directory: "/tmp" }, "restart", ["directory: (none) -> /tmp"]],
    [{}, { user: "web" }, "restart", ["uid: (none) -> 1000"]],
    [{}, { umask: "077" }, "restart", ["umask: (none) -> 63"]],
    [
      {},
      { redirectStderr: true, stderrLogfile: "AUTO" },
      "restart",
      ["redirectStderr: false -> true", "stderr.logfile: AUTO -> NONE"],
    ],
    [{}, { serverurl: "" }, "restart", ["serverurl: (none) -> "]],
    [{}, { stdoutLogfile: "/tmp/a" }, "restart", ["stdout.logfile: AUTO -> /tmp/a"]],
    [{ stdoutLogfile: "/tmp/a" }, {}, "restart", ["stdout.logfile: /tmp/a -> AUTO"]],
    [{}, { stderrSyslog: true }, "restart", ["stderr.syslog: false -> true"]],
    [{}, { autorestart: true }, "live", ["autorestart: unexpected -> true"]],
    [{}, { startretries: 5, startsecs: 2 }, "live", ["startsecs: 1 -> 2", "startretries: 3 -> 5"]],
    [{}, { exitcodes: [0, 2] }, "live", ["exitcodes: [0] -> [0,2]"]],
    [{}, { stopsignal: "INT", stopwaitsecs: 1 }, "live", ["stopsignal: TERM -> INT", "stopwaitsecs: 10 -> 1"]],
    [{}, { stopasgroup: true }, "live", ["stopasgroup: false -> true", "killasgroup: false -> true"]],
    [{}, { priority: 1 }, "live", ["priority: 999 -> 1"]],
    [{}, { autostart: false }, "live", ["autostart: true -> false"]],
    [
      {},
      { stdoutLogfileMaxbytes: 1, stderrLogfileBackups: 2 },
      "live",
      ["stdout.maxbytes: 52428800 -> 1", "stderr.backups: 10 -> 2"],
    ],
    [{}, { dependsOn: ["db"] }, "live", ['dependsOn: [] -> [{"program":"db","condition":"started"}]']],
  ])("%j to %j is %s", (from, to, action, changes) => {
    const plan = change(from, to);
    const [web] = plan.processes.filter((process) => process.name === "web");
    expect(web?.action).toBe(action);
    expect(web?.changes.map(({ key, from, to }) => `${key}: ${from} -> ${to}`)).toEqual(changes);
    expect(plan.processes.filter((process) => process.name === "db").map((one) => one.action)).toEqual(["unchanged"]);
  });

  it("names changed variables and never shows what is in them", () => {
    const plan = change(
      { environment: { A: "s3cret", B: "s3cret", C: "x" } },
      { environment: { A: "n3w", C: "x", D: "n3w" } },
    );
    const [web] = plan.processes.filter((process) => process.name === "web");
    expect(web?.changes.map(({ key, from, to }) => `${key}: ${from} -> ${to}`)).toEqual([
      "environment.A: (hidden) -> (hidden, another value)",
      "environment.B: (hidden) -> (not set)",
      "environment.D: (not set) -> (hidden)",
    ]);
    expect(JSON.stringify(web?.changes)).not.toMatch(/s3cret|n3w/);
  });

  it("touches only the members of a group that changed", () => {
    const make = (command: string, names: ("a" | "b" | "c")[]): Config => ({
      programs: { a: { command }, b: { command: "b" }, c: { command: "c", autostart: names.includes("c") } },
      groups: { g: { programs: names } },
    });
    expect(actions(make("1", ["a", "b", "c"]), make("2", ["b", "a", "c"]))).toEqual([
      "unchanged g:b",
      "restart g:a",
      "unchanged g:c",
    ]);
    expect(actions(make("1", ["a", "b"]), make("1", ["b"]))).toEqual([
      "add a:a",
      "unchanged c:c",
      "unchanged g:b",
      "remove g:a",
    ]);
  });

  it("adds and removes copies without touching the others", () => {
    const copies = (numprocs: number): Config => ({
      programs: { w: { command: "x", numprocs, processName: "w%(process_num)d" } },
    });
    expect(actions(copies(2), copies(3))).toEqual(["unchanged w:w0", "unchanged w:w1", "add w:w2"]);
    expect(actions(copies(3), copies(1))).toEqual(["unchanged w:w0", "remove w:w1", "remove w:w2"]);
  });

  it("replaces a group whose kind or socket is another", () => {
    const fcgi = (port: number): Config => ({ fcgiPrograms: { web: { command: "x", socket: `tcp://h:${port}` } } });
    for (const [before, after] of [
      [{ programs: { web: { command: "x" } } }, fcgi(1)],
      [fcgi(1), fcgi(2)],
    ] as const) {
      const plan = planChange(build(before), build(after));
      expect(plan.groups.map((group) => group.action)).toEqual(["replace"]);
      expect(plan.processes.map((process) => process.action)).toEqual(["restart"]);
    }
  });

  it("says which settings need the daemon to restart, without passwords", () => {
    const plan = planChange(
      build({
        supervisord: { loglevel: "info", environment: { A: "1" } },
        inetHttpServer: { port: 1, username: "u", password: "s3cret" },
      }),
      build({
        supervisord: { loglevel: "debug", environment: { A: "2" } },
        inetHttpServer: { port: 1, username: "u", password: "n3w" },
        unixHttpServer: { file: "/tmp/s" },
      }),
    );
    expect(plan.supervisor).toEqual(["supervisord.loglevel", "inet_http_server.password", "unix_http_server"]);
  });

  it("has a decision for every key that a process has", () => {
    const [spec] = build(program()).groups[0]?.processes ?? [];
    const { stdout, stderr, ...rest } = spec ?? expect.fail("no process");
    expect(Object.keys(PROCESS_APPLY).sort()).toEqual(Object.keys(rest).sort());
    for (const stream of [stdout, stderr]) expect(Object.keys(STREAM_APPLY).sort()).toEqual(Object.keys(stream).sort());
  });

  it("is empty exactly when the two models are the same", () => {
    const options = fc.record(
      {
        command: fc.constantFrom("x", "y"),
        priority: fc.integer({ min: -2, max: 2 }),
        startsecs: fc.nat(2),
        environment: fc.dictionary(fc.constantFrom("A", "B"), fc.constantFrom("1", "2")),
        autostart: fc.boolean(),
        stdoutLogfile: fc.constantFrom("AUTO", "NONE", "/tmp/x"),
      },
      { requiredKeys: ["command"] },
    );
    const config = fc
      .dictionary(fc.constantFrom("a", "b", "c"), options)
      .map((programs): Config => ({ programs, groups: { g: { programs: Object.keys(programs).slice(1) } } }));
    fc.assert(
      fc.property(config, config, (one, two) => {
        const [before, after] = [build(one), build(two)];
        expect(isEmptyPlan(planChange(before, before))).toBe(true);
        const byOrder = JSON.stringify([before, after].map(sorted));
        const same = JSON.stringify([after, before].map(sorted)) === byOrder;
        expect(isEmptyPlan(planChange(before, after))).toBe(same);
      }),
    );
  });
});

describe("supervisorDiff", () => {
  const diff = (before: Config, after: Config) => supervisorDiff(build(before).groups, build(after).groups);

  it("lists groups added, changed and removed", () => {
    const before: Config = { programs: { z: { command: "z" }, a: { command: "a" }, gone: { command: "g" } } };
    const after: Config = { programs: { z: { command: "Z" }, a: { command: "a" }, new: { command: "n" } } };
    expect(diff(before, after)).toEqual({ added: ["new"], changed: ["z"], removed: ["gone"] });
  });

  it.each<[Partial<ProgramConfig>, Partial<ProgramConfig>, boolean]>([
    [{}, {}, false],
    [{ user: "root" }, { user: 0 }, false],
    [{ stopsignal: "TERM" }, { stopsignal: 15 }, false],
    [{ stdoutLogfile: "AUTO" }, { stdoutLogfile: "/tmp/x" }, true],
    [{ stdoutLogfile: "AUTO" }, { stdoutLogfile: "NONE" }, true],
    [{ stdoutLogfile: "/tmp/x" }, { stdoutLogfile: "AUTO" }, false],
    [{ stdoutLogfile: "/tmp/x" }, { stdoutLogfile: "/tmp/y" }, true],
    [{ stdoutLogfile: "/tmp/x" }, { stdoutLogfile: "NONE" }, true],
    [{}, { environment: { A: 1 } }, true],
    [{ exitcodes: [0, 1] }, { exitcodes: [1, 0] }, true],
    [{}, { priority: 1 }, true],
    [{}, { numprocs: 2 }, true],
    [{}, { stderrEventsEnabled: true }, true],
    [{}, { dependsOn: ["db"] }, false],
  ])("%j to %j counts as changed: %s", (from, to, changed) => {
    expect(diff(program(from), program(to)).changed).toEqual(changed ? ["web"] : []);
  });

  it("compares events as a set, the socket by its address, and members in order", () => {
    const events = (...events: EventName[]): Config => ({ eventlisteners: { m: { command: "x", events } } });
    expect(diff(events("TICK", "EVENT"), events("EVENT", "TICK")).changed).toEqual([]);
    expect(diff(events("TICK"), events("TICK_5")).changed).toEqual(["m"]);
    const socket = (options: object): Config => ({
      fcgiPrograms: { f: { command: "x", socket: "unix:///tmp/s", ...options } },
    });
    expect(diff(socket({}), socket({ socketMode: "0777", socketBacklog: 5, socketOwner: "web" })).changed).toEqual([]);
    expect(diff(socket({}), socket({ socket: "unix:///tmp/t" })).changed).toEqual(["f"]);
    const group = (...programs: string[]): Config => ({
      programs: { a: { command: "a" }, b: { command: "b" } },
      groups: { g: { programs } },
    });
    expect(diff(group("a", "b"), group("b", "a")).changed).toEqual(["g"]);
  });
});

/** A model as text in which the order of variables does not show. */
function sorted(model: Model): string {
  return JSON.stringify(model, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
