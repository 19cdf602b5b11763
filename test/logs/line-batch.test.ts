import { expect, test } from "vitest";
import { createDaemonLog } from "../../src/logs/daemon-log.ts";
import { LineBatch } from "../../src/logs/line-batch.ts";

function sink() {
  const did: string[] = [];
  return { did, write: (text: string) => void did.push(text), reopen: () => void did.push("reopen") };
}

test("the lines of one turn are one write, when the turn ends or when somebody needs them", async () => {
  const own = sink();
  const batch = new LineBatch(own);
  batch.write("a\n");
  batch.write("b\n");
  expect(own.did).toEqual([]);
  await Promise.resolve();
  expect(own.did).toEqual(["a\nb\n"]);
  batch.write("c\n");
  batch.flush();
  batch.write("d\n");
  await Promise.resolve();
  expect(own.did).toEqual(["a\nb\n", "c\n", "d\n"]);
  batch.flush();
  expect(own.did).toHaveLength(3);
});

test("lines from before a rotation are in the file of before", () => {
  const own = sink();
  const batch = new LineBatch(own);
  batch.write("before\n");
  batch.reopen();
  expect(own.did).toEqual(["before\n", "reopen"]);
});

test("a sink that throws costs its lines and nothing else", async () => {
  const own = sink();
  let isFull = true;
  const batch = new LineBatch({
    write: (text) => {
      if (isFull) throw new Error("ENOSPC");
      own.write(text);
    },
  });
  batch.write("lost\n");
  await Promise.resolve();
  isFull = false;
  batch.write("kept\n");
  await Promise.resolve();
  expect(own.did).toEqual(["kept\n"]);
});

test("the daemon's log has its sinks write what they hold", () => {
  const own = sink();
  const at = new Date(2026, 0, 31, 23, 59, 59, 999);
  const log = createDaemonLog([new LineBatch(own)], "info", () => at);
  log("info", "one");
  log("debug", "not logged");
  log("warn", "two");
  log.flush();
  expect(own.did).toEqual(["2026-01-31 23:59:59,999 INFO one\n2026-01-31 23:59:59,999 WARN two\n"]);
});
