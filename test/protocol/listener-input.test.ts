import { describe, expect, test } from "vitest";
import { eventEnvelope } from "../../src/protocol/event-envelope.ts";
import { eventPayload, type SupervisedEvent } from "../../src/protocol/event-payload.ts";
import { ListenerInput } from "../../src/protocol/listener-input.ts";
import { parseListenerEvent } from "../../src/protocol/parse-listener-event.ts";

const head = { server: "my box pool:x", serial: 21, pool: "alerts", poolSerial: 10 };
const bytes = (text: string) => new TextEncoder().encode(text);

function wire(event: SupervisedEvent): Uint8Array {
  const { server, serial, pool } = head;
  return eventEnvelope(
    { server, serial, pool, poolserial: 10, name: event.name, payload: eventPayload(event) },
    "bytes",
  );
}

const of = { process: "web_00", group: "site" };
const CASES: readonly (readonly [SupervisedEvent, object])[] = [
  [
    { name: "PROCESS_STATE_STARTING", ...of, from: "STOPPED", tries: 0 },
    { ...of, fromState: "STOPPED", tries: 0 },
  ],
  [
    { name: "PROCESS_STATE_BACKOFF", ...of, from: "STARTING", tries: 3 },
    { ...of, fromState: "STARTING", tries: 3 },
  ],
  [
    { name: "PROCESS_STATE_RUNNING", ...of, from: "STARTING", pid: 77 },
    { ...of, fromState: "STARTING", pid: 77 },
  ],
  [
    { name: "PROCESS_STATE_EXITED", ...of, from: "RUNNING", expected: false, pid: 77 },
    { ...of, fromState: "RUNNING", expected: false, pid: 77 },
  ],
  [
    { name: "PROCESS_STATE_EXITED", ...of, from: "RUNNING", expected: true, pid: 0 },
    { ...of, fromState: "RUNNING", expected: true, pid: 0 },
  ],
  [
    { name: "PROCESS_STATE_FATAL", ...of, from: "BACKOFF" },
    { ...of, fromState: "BACKOFF" },
  ],
  [
    { name: "PROCESS_LOG_STDERR", ...of, pid: 5, data: bytes("grüße pid:9\nzwei\n") },
    { ...of, pid: 5, data: "grüße pid:9\nzwei\n" },
  ],
  [
    { name: "PROCESS_COMMUNICATION_STDOUT", ...of, pid: 5, data: bytes("") },
    { ...of, pid: 5, data: "" },
  ],
  [
    { name: "PROCESS_LOG_STDOUT", ...of, pid: 5, data: bytes("\uFEFFmark") },
    { ...of, pid: 5, data: "\uFEFFmark" },
  ],
  [
    { name: "REMOTE_COMMUNICATION", kind: "a b:c", data: "x\ny" },
    { type: "a b:c", data: "x\ny" },
  ],
  [{ name: "SUPERVISOR_STATE_CHANGE_STOPPING" }, {}],
  [{ name: "TICK_60", when: 1_700_000_040 }, { when: 1_700_000_040 }],
  [{ name: "PROCESS_GROUP_ADDED", group: "site" }, { group: "site" }],
];

describe("a listener's input", () => {
  test.each(CASES)("gives back what the daemon meant: %o", (event, fields) => {
    const received = new ListenerInput().take(wire(event));
    expect(received.map(({ header, payload }) => parseListenerEvent(header, payload))).toEqual([
      { name: event.name, ...head, ...fields },
    ]);
  });

  test("is put together from single bytes", () => {
    const input = new ListenerInput();
    const all = CASES.flatMap(([event]) => [...wire(event)]);
    const received = all.flatMap((byte) => input.take(Uint8Array.of(byte)));
    expect(received.map(({ header }) => header.name)).toEqual(CASES.map(([event]) => event.name));
    expect(received.map(({ payload }) => payload)).toEqual(CASES.map(([event]) => eventPayload(event)));
  });

  test("is taken apart when several events arrive in one piece", () => {
    const all = Uint8Array.from(CASES.flatMap(([event]) => [...wire(event)]));
    expect(new ListenerInput().take(all)).toHaveLength(CASES.length);
  });

  test("ends at a header that is none", () => {
    expect(() => new ListenerInput().take(bytes("hello\n"))).toThrow('no header of an event: "hello\\n"');
  });

  test.each([
    ["EVENT_OF_TOMORROW", "", /unknown event EVENT_OF_TOMORROW: restart the listener/],
    ["TICK_5", "when:soon", /event 21 \(TICK_5\) cannot be read: "when:soon"/],
    ["PROCESS_STATE_FATAL", "processname:a groupname:a from_state:ODD", /cannot be read/],
    ["PROCESS_STATE_FATAL", "processname:a from_state:BACKOFF", /cannot be read/],
  ])("refuses a payload that does not fit: %s %j", (name, payload, message) => {
    expect(() => parseListenerEvent({ ...head, name, length: 0 }, payload)).toThrow(message);
  });
});
