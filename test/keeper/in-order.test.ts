import { expect, test, vi } from "vitest";
import { InOrder } from "../../src/keeper/spawn/in-order.ts";

/** Enters for each name; what has had its turn stands in `done`. */
function enterAll(names: readonly string[]) {
  const order = new InOrder();
  const done: string[] = [];
  const places = new Map(names.map((name) => [name, order.enter()]));
  const arrive = async (name: string): Promise<void> => {
    await places.get(name)?.turn();
    done.push(name);
    places.get(name)?.leave();
  };
  return { done, places, arrive };
}

test("whoever arrives first waits for all who entered before, and those who gave up are passed over", async () => {
  const { done, places, arrive } = enterAll(["a", "b", "c", "d"]);
  const late = [arrive("d"), arrive("b")];
  await Promise.resolve();
  expect(done).toEqual([]);
  places.get("c")?.leave();
  await arrive("a");
  await Promise.all(late);
  expect(done).toEqual(["a", "b", "d"]);
});

test("who never arrives does not hold up the others for ever", async () => {
  vi.useFakeTimers();
  try {
    const { done, arrive } = enterAll(["hung", "b", "c"]);
    const others = [arrive("c"), arrive("b")];
    await vi.advanceTimersByTimeAsync(5000);
    await Promise.all(others);
    expect([...done].sort()).toEqual(["b", "c"]);
  } finally {
    vi.useRealTimers();
  }
});

test("who is alone does not wait, and leaves once, however often it says so", async () => {
  const order = new InOrder();
  const first = order.enter();
  await first.turn();
  first.leave();
  first.leave();
  const second = order.enter();
  await second.turn();
  const third = order.enter();
  let turns = 0;
  const waits = third.turn().then(() => turns++);
  await new Promise(setImmediate);
  expect(turns).toBe(0);
  second.leave();
  await waits;
});
