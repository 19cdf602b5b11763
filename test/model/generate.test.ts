import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("../../scripts/generate.mjs", import.meta.url));
const schema = new URL("../../docs/reference/supervisor.config.schema.json", import.meta.url);

it("config.ts, the reference and the JSON schema are what the schema says", () => {
  expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow();
});

it.each<[object, boolean]>([
  [{ stopsignal: "TERM" }, true],
  [{ stopsignal: "SIGUSR1" }, true],
  [{ stopsignal: 15 }, true],
  [{ stopsignal: "%(ENV_STOP)s" }, true],
  [{ stopsignal: "TREM" }, false],
  [{ stopsignal: 40 }, false],
  [{ autorestart: "unexpectd" }, false],
  [{ events: ["TICK_5", "PROCESS_STATE"] }, true],
  [{ events: ["TICK_6"] }, false],
])("an editor that knows the JSON schema finds %j: %s", (options, isRight) => {
  const ajv = new Ajv2020({ strict: false });
  const config = { eventlisteners: { a: { command: "x", events: ["EVENT"], ...options } } };
  expect(ajv.validate(JSON.parse(readFileSync(schema, "utf8")) as object, config)).toBe(isRight);
});
