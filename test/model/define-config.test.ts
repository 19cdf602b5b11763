import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { defineConfig } from "../../src/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const project = fileURLToPath(new URL("types/tsconfig.json", import.meta.url));

describe("defineConfig", () => {
  it("returns what it is given", () => {
    const object = { programs: { web: { command: "x" } } };
    const make = () => object;
    const promise = Promise.resolve(object);
    expect(defineConfig(object)).toBe(object);
    expect(defineConfig(make)).toBe(make);
    expect(defineConfig(promise)).toBe(promise);
  });

  // Each mistake in there is marked as expected: one that the compiler misses is an error too.
  it("lets the compiler find wrong names, options and units, and equals the schema", () => {
    expect(compile()).toBe("");
  });
});

/** What the compiler says about the programs in types/; nothing if all is as it should be. */
function compile(): string {
  try {
    execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "--noEmit", "-p", project], {
      stdio: "pipe",
    });
    return "";
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}
