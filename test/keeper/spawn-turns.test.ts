import { expect, it } from "vitest";
import { SpawnTurns } from "../../src/keeper/spawn/spawn-turns.ts";

/** What callers and turns of the event loop come to, in order, if each caller takes so many milliseconds. */
async function orderOf(names: string, takes: number): Promise<string> {
  let now = 0;
  const turns = new SpawnTurns(() => now);
  const order: string[] = [];
  // Asked for first, so it is called first in each turn.
  const meanwhile = (): void => {
    order.push("-");
    if (order.filter((one) => one === "-").length < 10) setImmediate(meanwhile);
  };
  setImmediate(meanwhile);
  const call = async (name: string): Promise<void> => {
    await turns.take();
    order.push(name);
    now += takes;
  };
  await Promise.all([...names].map(call));
  // A later one does not wait for anybody.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await call("z");
  return order.join("");
}

it("lets one through in each turn, in order, with whatever else happens in between, where it takes long", async () => {
  expect(await orderOf("abc", 9)).toMatch(/^a-b-c-+z$/);
});

it("lets as many through in a turn as fit into some milliseconds, and all of them in the end", async () => {
  expect(await orderOf("abcdefghij", 2)).toMatch(/^abcd-efgh-ij-+z$/);
  expect(await orderOf("abcdefg", 4)).toMatch(/^ab-cd-ef-g-+z$/);
  expect(await orderOf("abcdefg", 0)).toMatch(/^abcdefg-+z$/);
});
