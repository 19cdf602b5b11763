import { expect, test } from "vitest";
import { OutputTails } from "../../src/supervisor/output-tails.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a character that was cut in two is passed on whole, in the chunk that completes it", () => {
  const tails = new OutputTails();
  const [head, tail] = [bytes("ab日").subarray(0, 4), bytes("ab日").subarray(4)];
  expect(Buffer.from(tails.take("g:p", "stdout", 1, head)).toString()).toBe("ab");
  // Another stream and another process have nothing to do with it.
  expect(Buffer.from(tails.take("g:p", "stderr", 1, bytes("x"))).toString()).toBe("x");
  expect(Buffer.from(tails.take("g:q", "stdout", 1, bytes("y"))).toString()).toBe("y");
  expect(Buffer.from(tails.take("g:p", "stdout", 1, tail)).toString()).toBe("日");
  expect(tails.end("g:p")).toEqual([]);
});

test("what a process left unfinished is told when it ends, and is not the next one's", () => {
  const tails = new OutputTails();
  tails.take("g:p", "stdout", 1, bytes("日").subarray(0, 2));
  expect(tails.end("g:p")).toEqual([{ stream: "stdout", pid: 1, bytes: bytes("日").subarray(0, 2) }]);
  expect(tails.end("g:p")).toEqual([]);
  tails.take("g:p", "stdout", 1, bytes("日").subarray(0, 2));
  expect(Buffer.from(tails.take("g:p", "stdout", 2, bytes("new"))).toString()).toBe("new");
});
