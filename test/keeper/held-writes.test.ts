import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { HeldWrites } from "../../src/keeper/held-writes.ts";

test("what is said in one turn goes out at its end, but a long turn holds nothing back for longer than it may", () => {
  const sent: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      sent.push(chunk.toString());
      done();
    },
    writev: (chunks, done) => {
      sent.push(chunks.map(({ chunk }) => String(chunk)).join(""));
      done();
    },
  });
  let now = 0;
  const ends: (() => void)[] = [];
  const writes = new HeldWrites(
    stream,
    (then) => void ends.push(then),
    8,
    () => now,
  );
  const say = (text: string, at: number): void => {
    now = at;
    writes.write([...text].map((letter) => Buffer.from(letter)));
  };

  say("ab", 0);
  say("c", 7);
  expect([sent, ends.length]).toEqual([[], 1]);
  // What was said before goes; this begins the next.
  say("d", 8);
  say("e", 15);
  expect(sent).toEqual(["abc"]);
  ends.pop()?.();
  expect([sent, ends.length]).toEqual([["abc", "de"], 0]);

  // The next turn counts from its own first word, however long ago the last one was.
  say("f", 1000);
  say("g", 1007);
  expect([sent.length, ends.length]).toEqual([2, 1]);
  ends.pop()?.();
  expect(sent).toEqual(["abc", "de", "fg"]);
});
