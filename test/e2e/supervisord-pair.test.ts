import { existsSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { markedProcesses } from "../support/marked-processes.ts";
import { makePair, OURS, onBoth, REAL, Side } from "../support/supervisord-pair.ts";

// The support of the tests that compare two daemons: none is ever left, however a test ends.

test.each([
  ["ours", OURS],
  ["Debian's", REAL],
])("%s is ended also when no pidfile names it, and is not started again", async (_, program) => {
  const side = new Side(program);
  side.configure("[program:stays]\ncommand=sh -c 'trap \"\" TERM; sleep 1000'\n");
  await side.start();
  await side.until("success: stays");
  const mark = `SUP_STATE_DIR=${side.folder}/`;
  expect(markedProcesses(mark)).toContain(side.pid);
  rmSync(side.path("s.pid"));
  await side.close();
  expect(markedProcesses(mark)).toEqual([]);
  expect(existsSync(side.folder)).toBe(false);
  await expect(side.start()).rejects.toThrow("the test is over");
});

test("what is done on both sides fails only when both have come to an end", async () => {
  const pair = makePair();
  let hasEnded = false;
  const doing = onBoth(pair, async (side) => {
    if (side.isOurs) throw new Error("ours failed");
    side.configure("");
    await side.start();
    await side.stop();
    hasEnded = true;
  });
  await expect(doing).rejects.toThrow("ours failed");
  expect(hasEnded).toBe(true);
  await Promise.all(pair.map((side) => side.close()));
});
