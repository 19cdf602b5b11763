import { expect, test } from "vitest";
import type { ManagedProcess } from "../../src/supervisor/managed-process.ts";
import { ProcessWaits } from "../../src/supervisor/process-waits.ts";

/** Only its identity matters here. */
const processNamed = (name: string): ManagedProcess => ({ key: name }) as unknown as ManagedProcess;

test("what holds already is not waited for", async () => {
  await new ProcessWaits().until(processNamed("a"), () => true);
});

test("a change is told to those who wait for that process, and to nobody else", async () => {
  const waits = new ProcessWaits();
  const [a, b] = [processNamed("a"), processNamed("b")];
  const looked = { a: 0, b: 0 };
  let over = false;
  const waiting = waits.until(a, () => {
    looked.a += 1;
    return over;
  });
  void waits.until(b, () => {
    looked.b += 1;
    return false;
  });
  waits.changed(a);
  expect(looked).toEqual({ a: 2, b: 1 });
  over = true;
  waits.changed(a);
  await waiting;
  waits.changed(a);
  expect(looked).toEqual({ a: 3, b: 1 });
});

test("a condition that throws ends its own wait with that error, and no other's", async () => {
  const waits = new ProcessWaits();
  const process = processNamed("a");
  let changed = false;
  const broken = waits.until(process, () => {
    if (changed) throw new Error("broken");
    return false;
  });
  const sound = waits.until(process, () => changed);
  changed = true;
  waits.changed(process);
  await expect(broken).rejects.toThrow("broken");
  await sound;
});
