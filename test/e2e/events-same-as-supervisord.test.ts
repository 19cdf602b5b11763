import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, listenerCommand, noted, untilNoted, type NotedEvent } from "../support/event-records.ts";
import { programs } from "../support/project.ts";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// The same listener, unchanged, under Supervisor and under ours: what it reads must be the same, byte for byte.

let pair: readonly [Side, Side];
beforeEach(() => {
  pair = makePair();
});
afterEach(() => closePair(pair));

const PROGRAMS = `
[eventlistener:ear]
command=${listenerCommand("@/ear.rec")}
events=PROCESS_STATE,PROCESS_STATE_UNKNOWN,PROCESS_COMMUNICATION,process_log,PROCESS_GROUP,SUPERVISOR_STATE_CHANGE,REMOTE_COMMUNICATION
buffer_size=100
stdout_events_enabled=true
[program:puppet]
command=${join(programs, "puppet.sh")}
autostart=false
autorestart=false
stdout_capture_maxbytes=1000
stderr_events_enabled=true
[program:hopeless]
command=/bin/false
autostart=false
startretries=1
startsecs=5
[program:b]
command=/bin/cat
autostart=false
priority=5
[program:c]
command=/bin/cat
autostart=false
[group:pair]
programs=b,c
priority=3
`;

/** Takes its time to stop, so that a listener can read that all is stopping before it is stopped itself. */
const STUBBORN = `
[program:stubborn]
command=sh -c "trap '' TERM; while :; do read line; done"
stopwaitsecs=2
`;

/** Everything that events tell of, each step only when the one before has been heard of. */
async function story(side: Side): Promise<string[]> {
  side.configure(PROGRAMS + STUBBORN, "identifier=box");
  await side.start();
  const heard = (pattern: RegExp) => untilNoted(side, "ear.rec", pattern);
  const tell = (line: string) => call(side, "sendProcessStdin", "puppet", `${line}\n`);
  await heard(/RUNNING\S* .*\nprocessname:ear /);
  await heard(/RUNNING\S* .*\nprocessname:stubborn /);

  await call(side, "startProcess", "puppet");
  await heard(/RUNNING\S* .*\nprocessname:puppet /);
  await tell("printf 'before<!--XSUPERVISOR:BEGIN-->hello world<!--XSUPERVISOR:END-->after\\n'");
  await heard(/PROCESS_COMMUNICATION_STDOUT [^]*hello world$/);
  await tell("printf 'oops: 1\\n\\n2' >&2");
  await heard(/PROCESS_LOG_STDERR [^]*oops/);
  await tell("printf 'caf\\351\\n' >&2");
  await heard(/Undecodable/);
  await call(side, "sendRemoteCommEvent", "a kind: of", "some\ndata: here ");
  await heard(/REMOTE_COMMUNICATION/);
  await tell("exit 3");
  await heard(/EXITED [^]*puppet/);
  await call(side, "startProcess", "puppet");
  await heard(/ serial:1[5-9] .*RUNNING [^]*puppet/);
  await call(side, "stopProcess", "puppet");
  await heard(/STOPPED [^]*puppet/);

  side.ctl("start", "hopeless");
  await heard(/FATAL [^]*hopeless/);

  side.ctl("start", "pair:c");
  await heard(/RUNNING\S* [^]*processname:c groupname:pair/);
  side.ctl("stop", "pair:*");
  await heard(/STOPPED [^]*processname:c groupname:pair/);
  side.ctl("remove", "pair");
  await heard(/PROCESS_GROUP_REMOVED [^]*pair/);
  side.ctl("add", "pair");
  await eventually(() => noted(side, "ear.rec").filter((one) => one.name === "PROCESS_GROUP_ADDED").length === 6);
  side.ctl("shutdown");
  await heard(/SUPERVISOR_STATE_CHANGE_STOPPING/);
  return untilStopping(side).map(({ header, payload }) => {
    // A pid has as many digits as it likes, so the length of what names one cannot be compared.
    const hidden = payload.replace(/pid:[1-9]\d*/, "pid:PID");
    return hidden === payload ? `${header}\n${payload}` : `${header.replace(/len:\d+/, "len:N")}\n${hidden}`;
  });
}

/** Once it stops, how much Supervisor still tells depends on its luck with the order of its turns. */
function untilStopping(side: Side): NotedEvent[] {
  const all = noted(side, "ear.rec");
  return all.slice(0, all.findIndex((one) => one.name === "SUPERVISOR_STATE_CHANGE_STOPPING") + 1);
}

describe("what a listener reads", () => {
  test("is what Supervisor writes, byte for byte, with the same numbers", async () => {
    const [ours, real] = await onBoth(pair, story);
    expect(real.length).toBeGreaterThan(25);
    expect(ours).toEqual(real);
    for (const side of pair) {
      for (const { header, payload } of noted(side, "ear.rec")) {
        expect(header.endsWith(` len:${payload.length}`), header).toBe(true);
      }
    }
  });

  test("goes on in number, but not in each pool's, after a restart by SIGHUP", async () => {
    const [ours, real] = await onBoth(pair, async (side) => {
      side.configure(
        `[eventlistener:ear]\ncommand=${listenerCommand("@/ear.rec")}\n` +
          "events=REMOTE_COMMUNICATION,SUPERVISOR_STATE_CHANGE\nbuffer_size=100\n" +
          STUBBORN,
      );
      await side.start();
      await side.until("success: stubborn entered RUNNING state");
      for (const kind of ["a", "b"]) await call(side, "sendRemoteCommEvent", kind, "");
      await untilNoted(side, "ear.rec", /type:b/);
      side.signal("SIGHUP");
      await untilNoted(side, "ear.rec", / poolserial:0 .*STATE_CHANGE_RUNNING/);
      await eventually(() => noted(side, "ear.rec").filter((one) => one.name.endsWith("RUNNING")).length === 2);
      await call(side, "sendRemoteCommEvent", "c", "");
      await untilNoted(side, "ear.rec", /type:c/);
      return noted(side, "ear.rec").map(({ header, payload }) => `${header}\n${payload}`);
    });
    expect(real.length).toBeGreaterThan(4);
    expect(ours).toEqual(real);
  });
});
