import { expect, it } from "vitest";
import { OneATurn } from "../../src/keeper/one-a-turn.ts";

it("lets one through in each turn, in order, with whatever else happens in between", async () => {
  const turns = new OneATurn();
  const order: string[] = [];
  // Asked for first, so it is called first in each turn.
  const meanwhile = (): void => {
    order.push("-");
    if (order.filter((one) => one === "-").length < 4) setImmediate(meanwhile);
  };
  setImmediate(meanwhile);
  await Promise.all(["a", "b", "c"].map((name) => turns.take().then(() => order.push(name))));
  expect(order.join("")).toBe("a-b-c");
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await turns.take();
  expect(order.join("")).toMatch(/^a-b-c-+$/);
});
