import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AnsiStripper, stripAnsi } from "../../src/protocol/strip-ansi.ts";

test.each([
  ["plain", "plain"],
  ["\x1b[31mred\x1b[0m", "red"],
  ["a\x1b[2Kb\x1b[1;1Hc", "abc"],
  ["b \x1b[5~c m d", "b  d"],
  ["\x1b]0;title\x07x", "\x1b]0;title\x07x"],
  ["\x1b\x1b[1mx\x1b", "\x1bx\x1b"],
  ["end\x1b[3", "end"],
])("%j becomes %j, cut at any place", (stream, expected) => {
  for (let step = 1; step <= stream.length; step++) {
    const stripper = new AnsiStripper();
    const out: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += step) {
      out.push(stripper.push(new TextEncoder().encode(stream.slice(at, at + step))));
    }
    expect(Buffer.concat([...out, stripper.end()]).toString()).toBe(expected);
  }
});

test("a thousand odd texts become what Supervisor makes of them", () => {
  const parts = fc.array(
    fc.constantFrom("\x1b", "[", "\x1b[", "31m", "m", "~", "5", ";", "H", "G", " ", "text", "\n", "\xff"),
  );
  const texts = fc.sample(parts, { numRuns: 1000, seed: 4 }).map((text) => text.join(""));
  const script = fileURLToPath(new URL("../oracle/strip_escapes.py", import.meta.url));
  const { stdout, stderr } = spawnSync("/usr/bin/python3", [script], {
    input: JSON.stringify(texts),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const ours = texts.map((text) => Buffer.from(stripAnsi(Buffer.from(text, "latin1"))).toString("latin1"));
  expect(ours).toEqual(JSON.parse(stdout));
});
