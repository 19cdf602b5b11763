import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// Debian's supervisorctl adds, removes and updates groups of every kind, with right names and wrong ones, on both daemons: the
// answers must be the same, and so must the AUTO logs that are left.

const section = (kind: string, name: string, options = ""): string =>
  `[${kind}:${name}]\ncommand=sleep 1000\nstartsecs=0\n${options}\n`;
const program = (name: string, options = ""): string => section("program", name, options);
const NUMBERED = "process_name=many_%(process_num)d\nstdout_logfile=NONE\nstderr_logfile=NONE\n";
const LATER = "stopwaitsecs=9";
// Each process that runs costs Supervisor a second when it is stopped.
const IDLE = "autostart=false\n";

const FIRST =
  program("a", IDLE) +
  ["b", "c", "d", "stopped", "gone"].map((name) => program(name)).join("") +
  "[group:g]\nprograms=c,d\n" +
  program("many", `${IDLE + NUMBERED}numprocs=2`) +
  section("fcgi-program", "f", `${IDLE}socket=unix://@/f.sock`) +
  section("eventlistener", "l", `${IDLE}events=TICK_60`);
const SECOND =
  program("a", IDLE + LATER) +
  ["b", "stopped"].map((name) => program(name, LATER)).join("") +
  ["c", "new", "late"].map((name) => program(name)).join("") +
  "[group:g]\nprograms=c\n[group:empty]\nprograms=\n" +
  program("many", `${IDLE + NUMBERED}numprocs=3`) +
  section("fcgi-program", "f", `${IDLE}socket=unix://@/f2.sock`) +
  section("eventlistener", "l", `${IDLE}events=TICK_60,TICK_3600`);

/** What is done, one after the other: a config that is written, or words to supervisorctl. */
const STEPS: readonly (readonly [config: string] | readonly string[])[] = [
  [SECOND],
  ["update", "b", "nosuch"],
  ["update", "gone", "empty", "stopped"],
  ["reread"],
  ["add", "new"],
  ["add", "new"],
  ["add", "nosuch"],
  ["add", "a"],
  ["remove", "new"],
  ["stop", "new"],
  ["remove", "new"],
  ["remove", "new"],
  ["remove", "nosuch"],
  ["update", "all"],
  ["status"],
  [program("a", "startsecs=soon")],
  ["update"],
  [`${program("a", IDLE)}[group:x]\nprograms=a\n`],
  ["update"],
  [program("a", IDLE)],
  ["update"],
  [section("eventlistener", "a", `${IDLE}events=TICK_60`)],
  ["update"],
  [section("fcgi-program", "a", "socket=unix://@/a.sock")],
  ["update"],
  ["status"],
  ["avail"],
];

const pair = makePair();
const answers = new Map<Side, string[]>();
const logs = new Map<Side, string[][]>();

beforeAll(() =>
  onBoth(pair, async (side) => {
    side.configure(FIRST);
    await side.start();
    for (const name of ["b", "c", "d", "gone", "stopped"]) {
      await side.until(`success: ${name} entered RUNNING`);
    }
    side.ctl("stop", "stopped");
    const said: string[] = [];
    for (const words of STEPS) {
      const [first = ""] = words;
      if (first.startsWith("[")) side.configure(first);
      else said.push(`${words.join(" ")}: ${shown(side, side.ctl(...words))}`);
    }
    answers.set(side, said);
    const before = autoLogs(side);
    side.signal("SIGHUP");
    await side.until(/supervisord started with pid[^]*supervisord started with pid[^]*success: a entered/);
    await eventually(() => autoLogs(side).length === 2);
    logs.set(side, [before, autoLogs(side)]);
  }),
);
afterAll(() => closePair(pair));

/** Without what differs from run to run. */
function shown(side: Side, text: string): string {
  return text
    .replaceAll(side.folder, "@")
    .replaceAll(/pid \d+, uptime [\d:]+/g, "pid PID")
    .replaceAll(/[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/g, "WHEN");
}

function autoLogs(side: Side): string[] {
  return readdirSync(side.path("auto"))
    .map((name) => name.replace(/-[a-z0-9_]{8}\.log$/, ""))
    .sort();
}

test("every answer is Supervisor's", () => {
  const [ours, real] = pair;
  expect(answers.get(ours)).toEqual(answers.get(real));
  const all = answers.get(ours)?.join("") ?? "";
  expect(all).toContain("update b nosuch: ERROR: no such group: nosuch\nb: stopped\nb: updated process group\n");
  expect(all).toContain("add new: ERROR: process group already active");
  expect(all).toContain("remove new: ERROR: process/group still running: new");
});

test("AUTO logs of groups that went stay until the next start, which leaves those of the present ones", () => {
  const [ours, real] = pair;
  expect(logs.get(ours)).toEqual(logs.get(real));
  expect(logs.get(ours)?.[0]).toContain("gone-stdout---supervisor");
  expect(logs.get(ours)?.[1]).toEqual(["a-stderr---supervisor", "a-stdout---supervisor"]);
});
