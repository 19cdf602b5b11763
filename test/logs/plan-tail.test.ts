import { describe, expect, test } from "vitest";
import { planTail, TAIL_BLOCK, type LogRange } from "../../src/logs/plan-tail.ts";

/** Runs a plan over texts, newest first: the ranges, and the text in them. */
function tail(texts: readonly string[], lines: number): { ranges: LogRange[]; text: string; blocks: LogRange[] } {
  const parts = texts.map((text, index) => ({ path: String(index), size: Buffer.byteLength(text) }));
  const read = ({ path, from, to }: LogRange): Buffer => Buffer.from(texts[Number(path)] ?? "").subarray(from, to);
  const plan = planTail(parts, lines);
  const blocks: LogRange[] = [];
  let step = plan.next();
  while (step.done !== true) {
    blocks.push(step.value);
    step = plan.next(read(step.value));
  }
  return { ranges: step.value, text: Buffer.concat(step.value.map(read)).toString(), blocks };
}

describe("the last lines", () => {
  test.each([
    { what: "of nothing", texts: [], lines: 3, text: "" },
    { what: "of an empty file", texts: [""], lines: 3, text: "" },
    { what: "that are none", texts: ["a\nb\n"], lines: 0, text: "" },
    { what: "of one file", texts: ["a\nb\nc\n"], lines: 2, text: "b\nc\n" },
    { what: "with an unfinished one", texts: ["a\nb\nc"], lines: 2, text: "b\nc" },
    { what: "that are empty", texts: ["a\n\n\n"], lines: 2, text: "\n\n" },
    { what: "that are exactly all", texts: ["a\nb\n"], lines: 2, text: "a\nb\n" },
    { what: "of a file with fewer", texts: ["a\nb\n"], lines: 9, text: "a\nb\n" },
    { what: "of a lone newline", texts: ["\n"], lines: 1, text: "\n" },
    { what: "that go back into the first backup", texts: ["d\n", "b\nc\n", "a\n"], lines: 2, text: "c\nd\n" },
    { what: "that go back over several", texts: ["d\n", "c\n", "a\nb\n"], lines: 3, text: "b\nc\nd\n" },
    { what: "that are all of several", texts: ["d\n", "c\n", "a\nb\n"], lines: 99, text: "a\nb\nc\nd\n" },
    { what: "behind an empty current file", texts: ["", "a\nb\n"], lines: 1, text: "b\n" },
    { what: "that end with a file", texts: ["b\nc\n", "a\n"], lines: 2, text: "b\nc\n" },
    { what: "of which a rotation cut one in two", texts: ["lf\nc\n", "a\nha"], lines: 2, text: "half\nc\n" },
    { what: "that begin where a rotation cut", texts: ["\nc\n", "a\nb"], lines: 2, text: "b\nc\n" },
  ])("$what are found", ({ texts, lines, text }) => {
    expect(tail(texts, lines).text).toBe(text);
  });

  test("are ranges, oldest first", () => {
    expect(tail(["d\n", "b\nc\n"], 2).ranges).toEqual([
      { path: "1", from: 2, to: 4 },
      { path: "0", from: 0, to: 2 },
    ]);
  });

  test("are found in blocks, and no further back than they begin", () => {
    const line = `${"x".repeat(999)}\n`;
    const { text, blocks } = tail([line.repeat(1000)], 100);
    expect(text).toBe(line.repeat(100));
    expect(blocks.map(({ from, to }) => to - from)).toEqual([TAIL_BLOCK, TAIL_BLOCK]);
  });

  test("are the same wherever a block happens to end", () => {
    for (const length of [TAIL_BLOCK - 2, TAIL_BLOCK - 1, TAIL_BLOCK, TAIL_BLOCK + 1]) {
      const long = "y".repeat(length);
      expect(tail([`a\n${long}\n`], 1).text).toBe(`${long}\n`);
      expect(tail([`a\n${long}`], 1).text).toBe(long);
      expect(tail([`a\nb\n${long}\n`], 2).text).toBe(`b\n${long}\n`);
    }
  });
});
