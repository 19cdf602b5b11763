import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHECKS } from "../support/conformance-checks.ts";
import { call, listenerCommand, noted, untilNoted } from "../support/event-records.ts";
import { programs } from "../support/project.ts";
import { closePair, eventually, lives, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// The conformance checks of Supervisor's specification, each on both daemons: those of listeners here, the others where their
// subject is tested.

// Each pool has a priority of its own: Supervisor gives what is rejected to all pools of the same one.
const CONFIG = `
[program:puppet]
command=${join(programs, "puppet.sh")}
stdout_capture_maxbytes=1000
stdout_logfile=@/puppet.log
[eventlistener:all]
priority=1
command=${listenerCommand("@/all.rec")}
events=PROCESS_COMMUNICATION,REMOTE_COMMUNICATION
[eventlistener:rejects]
priority=2
command=${listenerCommand("@/rejects.rec", "fail", "1")}
events=REMOTE_COMMUNICATION
[eventlistener:dies]
priority=3
command=${listenerCommand("@/dies.rec", "die", "1", "@/died")}
process_name=dies_%(process_num)d
numprocs=2
autorestart=false
events=REMOTE_COMMUNICATION
[eventlistener:deaf]
priority=4
command=sleep 1000
events=REMOTE_COMMUNICATION
buffer_size=3
[eventlistener:noisy]
priority=5
command=${listenerCommand("@/noisy.rec", "noise")}
events=REMOTE_COMMUNICATION
`;

const pair = makePair();
const [ours, real] = pair;

beforeAll(async () => {
  await onBoth(pair, async (side) => {
    side.configure(CONFIG, "loglevel=debug");
    // Its mother has started something before it became the daemon.
    const wrapper = ["sh", "-c", 'sleep 2 & echo $! > orphan; exec "$@"', "sh"];
    const daemon = side.foreground(["-s"], { wrapper });
    await side.until("success: puppet entered RUNNING");
    for (const name of ["all", "rejects", "dies_0", "dies_1"]) await side.until(`${name}: ACKNOWLEDGED -> READY`);
    for (const name of ["all", "rejects", "dies_0", "dies_1"]) await side.until(`success: ${name} entered RUNNING`);
    await side.until("noisy: has entered the UNKNOWN state");
    const captured = "printf 'before<!--XSUPERVISOR:BEGIN-->hello world<!--XSUPERVISOR:END-->after\\n'\n";
    await call(side, "sendProcessStdin", "puppet", captured);
    await untilNoted(side, "all.rec", /PROCESS_COMMUNICATION_STDOUT/);
    // Supervisor holds the last bytes back until more of them come.
    await call(side, "sendProcessStdin", "puppet", "echo 'and a line that is longer than any token could be'\n");
    await eventually(() => side.read("puppet.log").includes("and a line"));
    for (const kind of ["1", "2", "3", "4", "5"]) await call(side, "sendRemoteCommEvent", kind, "");
    for (const record of ["all.rec", "rejects.rec", "dies.rec"]) await untilNoted(side, record, /type:5/);
    await eventually(() => !lives(Number(side.read("orphan"))));
    if (!side.isOurs) await side.until("reaped unknown pid");
    side.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
  });
});

afterAll(() => closePair(pair));

const matching = (side: Side, pattern: RegExp): string[] => side.lines().filter((line) => pattern.test(line));

describe("on both daemons", () => {
  test("B18: what is captured is an event, and the log has what is around it", () => {
    const payload = (side: Side): string | undefined =>
      noted(side, "all.rec")
        .find((event) => event.name === "PROCESS_COMMUNICATION_STDOUT")
        ?.payload.replace(/pid:\d+/, "pid:PID");
    expect(payload(ours)).toBe("processname:puppet groupname:puppet pid:PID\nhello world");
    expect(payload(ours)).toBe(payload(real));
    for (const side of pair) expect(side.read("puppet.log")).toMatch(/^beforeafter\nand a line/);
  });

  test("B19: an event that was rejected is delivered again, with the same numbers", () => {
    const story = (side: Side): string[] =>
      noted(side, "rejects.rec").map(({ serial, poolserial, payload }) => `${serial} ${poolserial} ${payload}`);
    expect(story(ours)).toEqual(story(real));
    expect(story(ours)).toHaveLength(6);
    expect(story(ours)[1]).toBe(story(ours)[0]);
    expect(matching(ours, /rejects: event was rejected/)).toEqual(matching(real, /rejects: event was rejected/));
    expect(matching(ours, /rejects: event was rejected/)).toHaveLength(1);
  });

  test("B20: what a listener was busy with when it ended goes to the next one", () => {
    for (const side of pair) {
      const [first, second, ...rest] = noted(side, "dies.rec");
      expect(second).toMatchObject({ serial: first?.serial, poolserial: first?.poolserial, payload: first?.payload });
      expect(second?.listener).not.toBe(first?.listener);
      expect(rest).toHaveLength(4);
    }
    expect(matching(ours, /exited: dies_0/)).toEqual(matching(real, /exited: dies_0/));
  });

  test("B21: the oldest two of five events are gone from a buffer for three", () => {
    const lines = matching(ours, /pool deaf event buffer overflowed/);
    expect(lines).toEqual(matching(real, /pool deaf event buffer overflowed/));
    expect(lines).toHaveLength(2);
  });

  test("B22: a listener that says something else before READY never receives anything", () => {
    expect(matching(ours, /noisy: has entered the UNKNOWN/)).toEqual(matching(real, /noisy: has entered the UNKNOWN/));
    for (const side of pair) expect(side.read("noisy.rec")).toBe("");
  });

  test("B34: Supervisor tells of a child that it has not started; ours is not told of it, and says so in its documentation", () => {
    expect(matching(real, /INFO reaped unknown pid PID \(exit status 0\)$/)).toHaveLength(1);
    expect(matching(ours, /reaped unknown pid/)).toEqual([]);
    expect(readFileSync(join(import.meta.dirname, "../../docs/compatibility.md"), "utf8")).toContain(
      "(`reaped unknown pid`)",
    );
  });
});

describe("every check has a test on both", () => {
  test.each(CHECKS)("$id: $what", ({ id, by }) => {
    const [file, title] = by;
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    expect(text).toContain(title);
    expect(text, `${id} is not compared with Supervisor there`).toMatch(/makePair\(\)/);
  });

  test("and none is left out", () => {
    expect(CHECKS.map(({ id }) => id)).toEqual(Array.from({ length: 35 }, (_, index) => `B${index + 1}`));
  });
});
