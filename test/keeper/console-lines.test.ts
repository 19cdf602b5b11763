import { describe, expect, test } from "vitest";
import { ConsoleLines } from "../../src/keeper/output/console-lines.ts";

const label = { name: "web", stream: "stdout", format: "prefixed", timestamps: false } as const;
const now = (): Date => new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6));

function all(lines: ConsoleLines, chunks: readonly Uint8Array[]): string {
  return Buffer.concat([...chunks.map((chunk) => lines.push(chunk)), lines.end()]).toString("latin1");
}

describe("lines for a shared standard output", () => {
  test("come out the same wherever the output was cut", () => {
    const text = Buffer.from("one\n\ntwo \u00e4\u{1f600}\r\nlast");
    const whole = all(new ConsoleLines(label, now), [text]);
    expect(Buffer.from(whole, "latin1").toString()).toBe("web | one\nweb | \nweb | two \u00e4\u{1f600}\nweb | last\n");
    for (let cut = 0; cut <= text.length; cut++) {
      const parts = [text.subarray(0, cut), text.subarray(cut)];
      expect(all(new ConsoleLines(label, now), parts)).toBe(whole);
    }
  });

  test("keep no memory of the chunk that they were given", () => {
    const lines = new ConsoleLines(label, now);
    const chunk = Buffer.from("half");
    lines.push(chunk);
    chunk.fill("x");
    expect(lines.push(Buffer.from("\n")).toString()).toBe("web | half\n");
  });

  test("end after 64 KiB, so that what has no line ends stays bounded", () => {
    const lines = new ConsoleLines(label, now);
    const said = lines
      .push(Buffer.alloc(200 * 1024, "x"))
      .toString()
      .split("\n");
    expect(said.map((line) => line.length)).toEqual([65542, 65542, 65542, 0]);
    expect(lines.end().length).toBe(8 * 1024 + 7);
    expect(lines.end().length).toBe(0);
  });

  test("bear the time, or are JSON that any bytes fit into", () => {
    const timed = new ConsoleLines({ ...label, timestamps: true }, now);
    expect(timed.push(Buffer.from("x\n")).toString()).toBe("2026-01-02T03:04:05.006Z web | x\n");
    const json = new ConsoleLines({ ...label, stream: "stderr", format: "json" }, now);
    const line = json.push(Buffer.from([0x22, 0x00, 0x1b, 0xff, 0x0a])).toString();
    expect(JSON.parse(line)).toEqual({
      time: "2026-01-02T03:04:05.006Z",
      name: "web",
      stream: "stderr",
      message: '"\u0000\u001b\ufffd',
    });
  });
});
