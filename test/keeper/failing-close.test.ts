import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RotatingFile } from "../../src/keeper/output/rotating-file.ts";
import { readRegistry, Registry, registryFile } from "../../src/keeper/records/registry.ts";
import { makeFolder, removeFolder } from "./harness.ts";

// A network disk may say only at the end that it is full: the descriptor is closed all the same (close(2)).
const failing = vi.hoisted(() => ({ with: null as string | null }));
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const closeSync = (fd: number): void => {
    real.closeSync(fd);
    const code = failing.with;
    failing.with = null;
    if (code !== null) throw Object.assign(new Error(code), { code });
  };
  return { ...real, closeSync, default: { ...real, closeSync } };
});

let folder = "";
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (name: string): string => fs.readFileSync(join(folder, name), "utf8");

test.each(["EIO", "EDQUOT"])(
  "a file whose end is told with %s is left for the next, and nobody else is written to",
  (code) => {
    const file = new RotatingFile(join(folder, "log"), 10, 5);
    failing.with = code;
    file.write(bytes("first line\n"));
    expect(failing.with).toBeNull();
    // Whoever is opened next gets the number of the descriptor that was closed.
    const bystander = fs.openSync(join(folder, "bystander"), "w");
    expect(file.write(bytes("second\n"))).toEqual({ logged: 7, dropped: 0 });
    expect([read("log.1"), read("log"), read("bystander")]).toEqual(["first line\n", "second\n", ""]);
    fs.closeSync(bystander);
    file.close();
  },
);

test("records that end so are written anew, and to nobody else", () => {
  const registry = new Registry(folder, () => ({ seq: 1, acknowledged: 0, entries: {} }));
  registry.rewrite();
  failing.with = "EIO";
  expect(() => registry.close()).toThrow("EIO");
  const bystander = fs.openSync(join(folder, "bystander"), "w");
  registry.writeState({ seq: 1, acknowledged: 0 }, {});
  expect([readRegistry(registryFile(folder)).state.seq, read("bystander")]).toEqual([1, ""]);
  fs.closeSync(bystander);
  registry.close();
});
