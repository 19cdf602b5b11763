import { describe, expect, test } from "vitest";
import {
  busyWith,
  hearListener,
  NEW_LISTENER,
  type Listener,
  type PooledEvent,
} from "../../src/machine/listener-protocol.ts";

const EVENT: PooledEvent = { serial: 4, poolserial: 2, name: "TICK_5", payload: "when:5" };
const BUSY = busyWith(EVENT, 1);
const READY: Listener = { state: "READY" };
const GONE =
  "p: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol";

/** What a listener comes to by what it prints, one list entry for each read. */
function hear(start: Listener, ...reads: string[]) {
  let listener = start;
  const lines: string[] = [];
  let verdict: string | null = null;
  for (const read of reads) {
    const step = hearListener(
      "p",
      listener,
      Uint8Array.from(read, (character) => character.charCodeAt(0)),
    );
    // What is saved must come back the same.
    listener = JSON.parse(JSON.stringify(step.listener)) as Listener;
    lines.push(...step.lines.map(({ level, message }) => `${level} ${message}`));
    if (step.settled !== null) {
      expect(step.settled.event).toEqual(EVENT);
      verdict = step.settled.accepted ? "accepted" : "rejected";
    }
  }
  return { state: listener.state, verdict, lines, listener };
}

describe("a listener", () => {
  const table: readonly [string, Listener, string[], Listener["state"], "accepted" | "rejected" | null][] = [
    ["is ready when it says so", NEW_LISTENER, ["READY\n"], "READY", null],
    ["may say READY in pieces", NEW_LISTENER, ["R", "EAD", "Y", "\n"], "READY", null],
    ["is waited for while six bytes are not there", NEW_LISTENER, ["hello"], "ACKNOWLEDGED", null],
    ["is lost when it says anything else", NEW_LISTENER, ["Starting up...\n"], "UNKNOWN", null],
    ["is lost when its line ends the DOS way", NEW_LISTENER, ["READY\r\n"], "UNKNOWN", null],
    ["is lost when a newline comes before its first READY", NEW_LISTENER, ["\nREADY\n"], "UNKNOWN", null],
    ["is lost when it says READY twice in one read", NEW_LISTENER, ["READY\nREADY\n"], "UNKNOWN", null],
    ["is lost when it speaks without being asked", READY, ["x"], "UNKNOWN", null],
    ["accepts with OK", BUSY, ["RESULT 2\nOK"], "ACKNOWLEDGED", "accepted"],
    ["is ready again in the same read", BUSY, ["RESULT 2\nOKREADY\n"], "READY", "accepted"],
    ["may answer byte by byte", BUSY, [..."RESULT 2\nOKREADY\n"], "READY", "accepted"],
    ["rejects with FAIL", BUSY, ["RESULT 4\nFAIL"], "ACKNOWLEDGED", "rejected"],
    ["rejects with anything but OK", BUSY, ["RESULT 5\nMAYBEREADY\n"], "READY", "rejected"],
    ["rejects with an OK that is a newline too long", BUSY, ["RESULT 3\nOK\n"], "ACKNOWLEDGED", "rejected"],
    ["rejects with nothing, at once", BUSY, ["RESULT 0\n"], "ACKNOWLEDGED", "rejected"],
    ["is waited for while its result is not complete", BUSY, ["RESULT 2\nO"], "BUSY", null],
    ["is waited for while its result line is not", BUSY, ["RESULT 2"], "BUSY", null],
    ["may print its length as Python reads numbers", BUSY, ["RESULT 0_2\nOK"], "ACKNOWLEDGED", "accepted"],
    ["may print blanks around the length", BUSY, ["RESULT  +2 \r\nOK"], "ACKNOWLEDGED", "accepted"],
    ["may end its OK with one newline", BUSY, ["RESULT 2\nOK\n", "READY\n"], "READY", "accepted"],
    ["may do so in one read", BUSY, ["RESULT 2\nOK\nREADY\n"], "READY", "accepted"],
    ["is lost when it prints two", BUSY, ["RESULT 2\nOK\n\nREADY\n"], "UNKNOWN", "accepted"],
    ["is lost when it says READY without an answer", BUSY, ["READY\n"], "UNKNOWN", "rejected"],
    ["is lost when its length is not a number", BUSY, ["RESULT two\nOK"], "UNKNOWN", "rejected"],
    ["is lost when its length is negative", BUSY, ["RESULT -1\n"], "UNKNOWN", "rejected"],
    ["is lost when its length is beyond all bounds", BUSY, [`RESULT ${"9".repeat(400)}\n`], "UNKNOWN", "rejected"],
    ["is lost when it answers in other words", BUSY, ["ANSWER 2\nOK"], "UNKNOWN", "rejected"],
    ["is lost when its result line never ends", BUSY, ["RESULT ", "1".repeat(2000)], "UNKNOWN", "rejected"],
    ["that is lost stays lost", { state: "UNKNOWN" }, ["READY\n", "RESULT 2\nOK"], "UNKNOWN", null],
  ];
  test.each(table)("%s", (_, start, reads, state, verdict) => {
    expect(hear(start, ...reads)).toMatchObject({ state, verdict });
  });

  test("is not kept in memory with a long result, which is rejected when it is complete", () => {
    const chunk = "x".repeat(65_536);
    const before = hear(BUSY, "RESULT 65537\n", chunk);
    expect(before.verdict).toBeNull();
    expect(JSON.stringify(before.listener).length).toBeLessThan(300);
    expect(hear(before.listener, "x").verdict).toBe("rejected");
  });

  test("is told about in Supervisor's words", () => {
    expect(hear(NEW_LISTENER, "READY\n").lines).toEqual(["debug p: ACKNOWLEDGED -> READY"]);
    expect(hear(BUSY, "RESULT 2\nOK").lines).toEqual(["debug p: event was processed", "debug p: BUSY -> ACKNOWLEDGED"]);
    expect(hear(BUSY, "RESULT 4\nFAIL").lines).toEqual(["warn p: event was rejected", "debug p: BUSY -> ACKNOWLEDGED"]);
    expect(hear(BUSY, "RESULT x\n").lines).toEqual([
      "warn p: bad result line: 'RESULT x'",
      "debug p: BUSY -> UNKNOWN",
      `warn ${GONE}`,
    ]);
    expect(hear(BUSY, "\xff\xfe\n").lines[0]).toBe(`warn p: bad result line: 'Undecodable: b'\\xff\\xfe''`);
    expect(hear(READY, "?").lines).toEqual(["debug p: READY -> UNKNOWN", `warn ${GONE}`]);
    expect(hear({ state: "UNKNOWN" }, "?").lines).toEqual([]);
  });

  test("comes to the same however its output is cut into reads", () => {
    const said = "RESULT 4\nFAIL\nREADY\nnoise";
    const whole = hear(BUSY, said);
    for (let first = 0; first <= said.length; first++) {
      for (let second = first; second <= said.length; second++) {
        const reads = [said.slice(0, first), said.slice(first, second), said.slice(second)];
        expect(hear(BUSY, ...reads)).toEqual(whole);
      }
    }
  });
});
