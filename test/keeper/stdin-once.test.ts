import { expect, test } from "vitest";
import { join } from "node:path";
import { readRegistry, registryFile } from "../../src/keeper/records/registry.ts";
import { openKeeper, sh } from "./harness.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("input with a name is written once, however often it is sent, and again to the next incarnation", async () => {
  const { keeper, exit } = openKeeper();
  const script = 'read a; read b; [ "$a$b" = onetwo ] && exit 7';
  await keeper.start(sh("in:a", script));
  expect(await keeper.writeStdin("in:a", bytes("one\n"), "event 1")).toBe("queued");
  expect(await keeper.writeStdin("in:a", bytes("one\n"), "event 1")).toBe("queued");
  expect(await keeper.writeStdin("in:a", bytes("two\n"), "event 2")).toBe("queued");
  expect(await exit("in:a")).toMatchObject({ code: 7 });

  await keeper.start(sh("in:a", script, { incarnation: 2 }));
  expect(await keeper.writeStdin("in:a", bytes("one\n"), "event 2")).toBe("queued");
  expect(await keeper.writeStdin("in:a", bytes("two\n"))).toBe("queued");
  expect(await exit("in:a", 2)).toMatchObject({ code: 7 });
  keeper.close();
});

test("what the supervisor has noted about a delivery is on disk before the delivery is made", async () => {
  const { keeper, exit, folder } = openKeeper();
  await keeper.start(sh("in:a", "read a; exit 7"));
  keeper.acknowledge(0, { "events/serial": "6" });
  await keeper.writeStdin("in:a", bytes("serial 5\n"), "event 1");
  // Now, and not in a while: a keeper that is killed before would have its successor give the same number to another event.
  const { state } = readRegistry(registryFile(join(folder, "keeper")));
  expect(state.entries).toMatchObject({ "events/serial": "6" });
  expect(await exit("in:a")).toMatchObject({ code: 7 });
  keeper.close();
});
