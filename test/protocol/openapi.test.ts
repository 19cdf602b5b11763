import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const document = JSON.parse(readFileSync(join(root, "docs/reference/openapi.json"), "utf8")) as object;

test("the OpenAPI document is valid, with all its references", async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document) as Record<string, unknown>)).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  const text = JSON.stringify(validator.resolveRefs());
  expect(text).not.toContain("$ref");
});

test("an invalid document would be found out", async () => {
  const broken = { ...document, paths: { status: {} } };
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});
