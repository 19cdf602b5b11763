import { expect, test } from "vitest";
import { SyslogLines } from "../../src/daemon/syslog-lines.ts";

function lines(...chunks: (string | Uint8Array)[]): string[] {
  const sent: string[] = [];
  const under = new SyslogLines((line) => sent.push(line));
  for (const chunk of chunks) under.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  under.flush();
  return sent;
}

test.each([
  [["one\ntwo\n"], ["one", "two"]],
  [
    ["on", "e\ntw", "o\n"],
    ["one", "two"],
  ],
  [["no newline"], ["no newline"]],
  [["inner\n\nblank\n"], ["inner", "", "blank"]],
  [["trailing\n\n\n"], ["trailing"]],
  [["\n\n"], []],
  [
    ["a\n\n", "b\n"],
    ["a", "b"],
  ],
  [["a\n\nb"], ["a", "", "b"]],
  [["caf\u00e9\n"], ["caf\u00e9"]],
])("%j is sent as %j", (chunks, expected) => {
  expect(lines(...chunks)).toEqual(expected);
});

test("a character cut by the end of a read is put together again", () => {
  const bytes = new TextEncoder().encode("é\n");
  expect(lines(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(["é"]);
});

test("bytes that are no text lose nothing but themselves", () => {
  expect(lines(Uint8Array.from([0x61, 0xff, 0x62, 0x0a]))).toEqual(["a\ufffdb"]);
});

test("a line without end is sent in pieces", () => {
  const sent = lines("x".repeat(9000), "y\n");
  expect(sent).toEqual(["x".repeat(9000), "y"]);
});
