import { expect, test } from "vitest";
import { sharedNext } from "../../src/supervisor/shared-next.ts";

/** Settles when all that can happen by itself has happened. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("one at a time: who asks meanwhile shares the next with all others, and it begins after they asked", async () => {
  const begun: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const ask = sharedNext(() => new Promise<string>((resolve, reject) => void begun.push({ resolve, reject })));
  const first = ask();
  const [second, third] = [ask(), ask()];
  await quiet();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve("a");
  expect(await first).toBe("a");
  await quiet();
  expect(begun).toHaveLength(2);
  const [fourth, fifth] = [ask(), ask()];
  begun[1]?.resolve("b");
  expect(await Promise.all([second, third])).toEqual(["b", "b"]);
  await quiet();
  expect(begun).toHaveLength(3);
  begun[2]?.resolve("c");
  expect(await Promise.all([fourth, fifth])).toEqual(["c", "c"]);
});

test("one that fails is told to those who asked for it, and to nobody else", async () => {
  const outcomes = [Promise.reject(new Error("no")), Promise.resolve("yes"), Promise.resolve("again")];
  for (const one of outcomes) one.catch(() => undefined);
  const ask = sharedNext(() => outcomes.shift() ?? Promise.reject(new Error("too many")));
  const [first, second] = [ask(), ask()];
  await expect(first).rejects.toThrow("no");
  expect(await second).toBe("yes");
  await quiet();
  expect(await ask()).toBe("again");
});
