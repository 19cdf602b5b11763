import { describe, expect, test } from "vitest";
import { bytesRepr } from "../../src/model/text/python-bytes.ts";
import { EVENT_TYPES } from "../../src/model/event-types.ts";
import { eventEnvelope } from "../../src/protocol/event-envelope.ts";
import { eventPayload, type SupervisedEvent } from "../../src/protocol/event-payload.ts";
import { ABSTRACT_EVENTS, isSubscribed, type EventName } from "../../src/protocol/event-types.ts";
import { unfinishedUtf8 } from "../../src/protocol/unfinished-utf8.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const of = { process: "cat", group: "zoo" };

describe("the payload of an event", () => {
  const table: readonly [SupervisedEvent, string][] = [
    [
      { name: "PROCESS_STATE_STARTING", ...of, from: "STOPPED", tries: 0 },
      "processname:cat groupname:zoo from_state:STOPPED tries:0",
    ],
    [
      { name: "PROCESS_STATE_BACKOFF", ...of, from: "STARTING", tries: 4 },
      "processname:cat groupname:zoo from_state:STARTING tries:4",
    ],
    [
      { name: "PROCESS_STATE_RUNNING", ...of, from: "STARTING", pid: 7 },
      "processname:cat groupname:zoo from_state:STARTING pid:7",
    ],
    [
      { name: "PROCESS_STATE_STOPPING", ...of, from: "RUNNING", pid: 7 },
      "processname:cat groupname:zoo from_state:RUNNING pid:7",
    ],
    [
      { name: "PROCESS_STATE_STOPPED", ...of, from: "BACKOFF", pid: 0 },
      "processname:cat groupname:zoo from_state:BACKOFF pid:0",
    ],
    [
      { name: "PROCESS_STATE_EXITED", ...of, from: "RUNNING", expected: true, pid: 7 },
      "processname:cat groupname:zoo from_state:RUNNING expected:1 pid:7",
    ],
    [
      { name: "PROCESS_STATE_EXITED", ...of, from: "RUNNING", expected: false, pid: 7 },
      "processname:cat groupname:zoo from_state:RUNNING expected:0 pid:7",
    ],
    [{ name: "PROCESS_STATE_FATAL", ...of, from: "BACKOFF" }, "processname:cat groupname:zoo from_state:BACKOFF"],
    [{ name: "PROCESS_STATE_UNKNOWN", ...of, from: "RUNNING" }, "processname:cat groupname:zoo from_state:RUNNING"],
    [
      { name: "PROCESS_COMMUNICATION_STDOUT", ...of, pid: 7, data: bytes("hello world") },
      "processname:cat groupname:zoo pid:7\nhello world",
    ],
    [{ name: "PROCESS_COMMUNICATION_STDERR", ...of, pid: 7, data: bytes("") }, "processname:cat groupname:zoo pid:7\n"],
    [
      { name: "PROCESS_LOG_STDOUT", ...of, pid: 7, data: bytes("\ufeffdéjà\nvu\n") },
      "processname:cat groupname:zoo pid:7 channel:stdout\n\ufeffdéjà\nvu\n",
    ],
    [
      { name: "PROCESS_LOG_STDERR", ...of, pid: 7, data: Uint8Array.of(0x61, 0xff, 0x0a) },
      "processname:cat groupname:zoo pid:7 channel:stderr\nUndecodable: b'a\\xff\\n'",
    ],
    [{ name: "REMOTE_COMMUNICATION", kind: "a b:c\nd", data: "x:y\n" }, "type:a b:c\nd\nx:y\n"],
    [{ name: "SUPERVISOR_STATE_CHANGE_RUNNING" }, ""],
    [{ name: "SUPERVISOR_STATE_CHANGE_STOPPING" }, ""],
    [{ name: "TICK_60", when: 1700000040 }, "when:1700000040"],
    [{ name: "PROCESS_GROUP_ADDED", group: "zoo" }, "groupname:zoo\n"],
    [{ name: "PROCESS_GROUP_REMOVED", group: "zoo" }, "groupname:zoo\n"],
  ];
  test.each(table)("$name is rendered as Supervisor renders it", (event, payload) => {
    expect(eventPayload(event)).toBe(payload);
  });
});

describe("bytes that are not UTF-8", () => {
  test.each([
    [[0x61, 0x27, 0x62], `b"a'b"`],
    [[0x27, 0x22], `b'\\'"'`],
    [[0x22, 0x5c], `b'"\\\\'`],
    [[0x00, 0x09, 0x0a, 0x0d, 0x1b, 0x7e, 0x7f, 0xff], "b'\\x00\\t\\n\\r\\x1b~\\x7f\\xff'"],
    [[], "b''"],
  ])("%j are shown as Python shows them", (data, shown) => {
    expect(bytesRepr(Uint8Array.from(data))).toBe(shown);
  });
});

describe("a chunk that ends within a character", () => {
  test("keeps back exactly the bytes of that character, wherever a text is cut", () => {
    const text = "aé日𝄞z";
    const whole = bytes(text);
    for (let cut = 0; cut <= whole.length; cut++) {
      const head = whole.subarray(0, cut);
      const rest = unfinishedUtf8(head);
      const shown = new TextDecoder("utf-8", { fatal: true }).decode(head.subarray(0, cut - rest));
      expect(text.startsWith(shown)).toBe(true);
      expect(rest).toBeLessThan(4);
    }
  });
  test.each([
    [[0xff], 0],
    [[0x80, 0x80, 0x80], 0],
    [[0xc0], 0],
    [[0xf5], 0],
    [[0xe6, 0x97], 2],
    [[0xe6, 0x97, 0xa5], 0],
    [[0x61, 0xf0, 0x9d, 0x84], 3],
  ])("%j leaves %i for the next chunk", (data, rest) => {
    expect(unfinishedUtf8(Uint8Array.from(data))).toBe(rest);
  });
});

describe("a subscription", () => {
  const concrete = EVENT_TYPES.filter((type) => !(ABSTRACT_EVENTS as readonly string[]).includes(type)) as EventName[];
  test.each([
    [["EVENT"], concrete],
    [["PROCESS_STATE"], concrete.filter((name) => name.startsWith("PROCESS_STATE_"))],
    [["PROCESS_COMMUNICATION"], ["PROCESS_COMMUNICATION_STDOUT", "PROCESS_COMMUNICATION_STDERR"]],
    [["PROCESS_LOG"], ["PROCESS_LOG_STDOUT", "PROCESS_LOG_STDERR"]],
    [["TICK"], ["TICK_5", "TICK_60", "TICK_3600"]],
    [["tick_5"], ["TICK_5"]],
    [["process_Group"], ["PROCESS_GROUP_ADDED", "PROCESS_GROUP_REMOVED"]],
    [["SUPERVISOR_STATE_CHANGE"], ["SUPERVISOR_STATE_CHANGE_RUNNING", "SUPERVISOR_STATE_CHANGE_STOPPING"]],
    [["REMOTE_COMMUNICATION"], ["REMOTE_COMMUNICATION"]],
    [["PROCESS"], []],
    [["TICK_6"], []],
    [[], []],
  ] as const)("to %j includes its subtypes, once each", (subscriptions, names) => {
    const got = concrete.filter((name) => isSubscribed(subscriptions, name));
    if (subscriptions[0] === "PROCESS") expect(got.length).toBeGreaterThan(0);
    else expect(got).toEqual(names);
  });
});

describe("the envelope", () => {
  const head = { server: "box", serial: 3, pool: "p", poolserial: 1 };
  const text = (envelope: Parameters<typeof eventEnvelope>[0]): string =>
    new TextDecoder().decode(eventEnvelope(envelope, "bytes"));

  test("is one header line and the payload, with nothing after it", () => {
    expect(text({ ...head, name: "TICK_5", payload: "when:5" })).toBe(
      "ver:3.0 server:box serial:3 pool:p poolserial:1 eventname:TICK_5 len:6\nwhen:5",
    );
    expect(text({ ...head, name: "SUPERVISOR_STATE_CHANGE_RUNNING", payload: "" })).toBe(
      "ver:3.0 server:box serial:3 pool:p poolserial:1 eventname:SUPERVISOR_STATE_CHANGE_RUNNING len:0\n",
    );
  });
  test("counts characters as Python does for a listener that reads text", () => {
    const envelope = { ...head, name: "REMOTE_COMMUNICATION", payload: "type:x\n日𝄞" } as const;
    expect(new TextDecoder().decode(eventEnvelope(envelope, "characters"))).toContain(" len:9\ntype:x\n日𝄞");
  });
  test("counts bytes", () => {
    expect(text({ ...head, name: "REMOTE_COMMUNICATION", payload: "type:x\n日本" })).toContain(" len:13\ntype:x\n日本");
  });
});
