import { expect, test } from "vitest";
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
