import { runInNewContext } from "node:vm";
import { transformSync } from "esbuild";
import type { World } from "../../src/model/world.ts";

/** Runs a printed file as the evaluator does, with a stand-in for the package `sup`. */
export function evaluatePrinted(text: string, world: World): unknown {
  const { code } = transformSync(text, { loader: "ts", format: "cjs" });
  const module: { exports: { default?: unknown } } = { exports: {} };
  const require = (): unknown => ({ defineConfig: (config: unknown) => config });
  runInNewContext(code, { module, exports: module.exports, require, process: { env: world.env } });
  return JSON.parse(JSON.stringify(module.exports.default)) as unknown;
}
