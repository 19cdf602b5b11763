import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, noted } from "../support/event-records.ts";
import { programs } from "../support/project.ts";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// Listeners that answer in every way, right and wrong, each in a pool of its own: what both daemons log and deliver must be the
// same.

const READY_AGAIN = "ACKNOWLEDGED -> READY";
const LOST = "has entered the UNKNOWN state";
const OK = String.raw`RESULT 2\nOKREADY\n`;

/** What it is, what ends its story and how often that is said, what it prints first, and for each event. */
const LISTENERS: readonly [string, string, number, string, ...string[]][] = [
  ["crlf", LOST, 1, String.raw`READY\r\n`, OK],
  ["noise", LOST, 1, String.raw`Starting up\n`, OK],
  ["twice", LOST, 1, String.raw`READY\nREADY\n`, OK],
  ["pieces", READY_AGAIN, 3, String.raw`REA~DY\n`, String.raw`RES~ULT 2\n~O~KREADY\n`],
  ["maybe", READY_AGAIN, 4, String.raw`READY\n`, String.raw`RESULT 5\nMAYBEREADY\n`, OK],
  ["fails", READY_AGAIN, 4, String.raw`READY\n`, String.raw`RESULT 4\nFAILREADY\n`, OK],
  ["newline", READY_AGAIN, 4, String.raw`READY\n`, String.raw`RESULT 3\nOK\nREADY\n`, OK],
  ["nothing", READY_AGAIN, 4, String.raw`READY\n`, String.raw`RESULT 0\nREADY\n`, OK],
  ["blanks", READY_AGAIN, 3, String.raw`READY\n`, String.raw`RESULT   +0_2  \r\nOKREADY\n`],
  ["word", LOST, 1, String.raw`READY\n`, String.raw`RESULT two\n`],
  ["short", LOST, 1, String.raw`READY\n`, String.raw`RESULT\n`],
  ["blank", LOST, 1, String.raw`READY\n`, String.raw`\n`],
  ["bytes", LOST, 1, String.raw`READY\n`, String.raw`RESULT \xff'\n`],
  ["quote", LOST, 1, String.raw`READY\n`, String.raw`RESULT it's\n`],
  ["tail", LOST, 1, String.raw`READY\n`, String.raw`RESULT 2\nOKxx~READY\n`],
  ["hasty", LOST, 1, String.raw`READY\n`, String.raw`READY\n`],
  ["ends", "exited: ends", 1, String.raw`READY\n`, "EXIT"],
  ["half", "exited: half", 1, String.raw`READY\n`, String.raw`RESULT 2\nOEXIT`],
  ["closes", READY_AGAIN, 1, String.raw`READY\n`, "CLOSE"],
];

/** Each has a priority of its own: Supervisor gives what is rejected to all pools of the same one. */
function section([name, , , ...says]: (typeof LISTENERS)[number], index: number): string {
  const words = says.map((text) => `"${text.replaceAll("\\", String.raw`\\`)}"`).join(" ");
  const command = `/usr/bin/python3 ${join(programs, "raw_listener.py")} @/${name}.rec ${words}`;
  return (
    `[eventlistener:${name}]\npriority=${index + 1}\ncommand=${command}\nevents=REMOTE_COMMUNICATION\n` +
    `autorestart=false\nstdout_logfile=@/${name}.log\n`
  );
}

const pair = makePair();

beforeAll(() =>
  onBoth(pair, async (side) => {
    side.configure(LISTENERS.map(section).join(""), "loglevel=debug");
    await side.start();
    for (const [name] of LISTENERS) await side.until(`success: ${name} entered RUNNING`);
    for (const kind of ["a", "b"]) await call(side, "sendRemoteCommEvent", kind, "");
    for (const [name, end, times] of LISTENERS) {
      const said = (): number => side.linesOf(name).filter((line) => line.includes(end)).length;
      await eventually(
        () => said() >= times,
        () => `${side.program}: ${end} ${times} times:\n${side.linesOf(name).join("\n")}`,
      );
    }
  }),
);
afterAll(() => closePair(pair));

/** What it said about a listener and its state; how an event was sent is compared elsewhere. */
function story(side: Side, name: string): string[] {
  return side.linesOf(name).filter((line) => !/output:|spawned|success|fd \d+ closed|sent to|rebuffering/.test(line));
}

describe("a listener that answers in its own way is told of, and is told, what Supervisor says", () => {
  test.each(LISTENERS.map(([name]) => name))("%s", (name) => {
    const [ours, real] = pair;
    expect(story(ours, name)).toEqual(story(real, name));
    expect(story(ours, name).length).toBeGreaterThan(0);
    const received = (side: Side): string[] =>
      noted(side, `${name}.rec`).map(({ header, payload }) => `${header}\n${payload}`);
    expect(received(ours)).toEqual(received(real));
    expect(ours.read(`${name}.log`)).toBe(real.read(`${name}.log`));
  });
});
