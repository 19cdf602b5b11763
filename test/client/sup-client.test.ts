import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { SupClient } from "../../src/client/sup-client.ts";
import { apiCalls } from "../../src/protocol/api-schema.ts";

describe("the typed client", () => {
  test("has a method for each call of the contract", () => {
    const methods = Object.getOwnPropertyNames(SupClient.prototype);
    expect(Object.keys(apiCalls).filter((name) => !methods.includes(name))).toEqual([]);
  });

  test.each(["src/client.ts", "src/embed.ts", "src/cli/main.ts"])("needs nothing of the schemas: %s", async (entry) => {
    const { metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      external: ["esbuild", "koffi"],
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.length).toBeGreaterThan(5);
    expect(inputs.filter((file) => /node_modules\/zod|api-schema|model\/schema/.test(file))).toEqual([]);
  });
});
