import { describe, expect, test } from "vitest";
import { LogLines } from "../../src/client/log-lines.ts";

const output = (data: string | Buffer, stream: "stdout" | "stderr" = "stdout") =>
  ({ type: "output", namespec: "web", stream, data: Buffer.from(data).toString("base64") }) as const;

const texts = (lines: readonly { readonly text: string }[]): readonly string[] => lines.map((line) => line.text);

describe("lines of output", () => {
  test("are made of pieces, wherever those were cut, even within a character", () => {
    const lines = new LogLines();
    const bytes = Buffer.from("erste Zeile: grün\nzweite\r\n");
    const found: string[] = [];
    for (const byte of bytes) found.push(...texts(lines.take(output(Buffer.of(byte)))));
    expect(found).toEqual(["erste Zeile: grün", "zweite"]);
    expect(lines.cut()).toEqual([]);
  });

  test("are each output's own, and what is unfinished comes at the end", () => {
    const lines = new LogLines();
    expect(texts(lines.take(output("a")))).toEqual([]);
    expect(texts(lines.take(output("b\n", "stderr")))).toEqual(["b"]);
    expect(lines.cut({ namespec: "web", stream: "stdout" })).toEqual([
      { type: "line", namespec: "web", stream: "stdout", text: "a" },
    ]);
    expect(texts(lines.take(output("c\n")))).toEqual(["c"]);
  });

  test("that never end come in pieces", () => {
    const lines = new LogLines();
    expect(texts(lines.take(output("x".repeat(70_000)))).map((text) => text.length)).toEqual([65_536]);
    expect(texts(lines.cut())[0]?.length).toBe(70_000 - 65_536);
  });
});
