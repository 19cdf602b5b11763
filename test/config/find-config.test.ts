import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_NAMES, findConfig } from "../../src/config/find-config.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sup-find-"));
  mkdirSync(join(root, "a/b"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

describe("findConfig", () => {
  it.each([...CONFIG_NAMES])("finds %s in the folder itself and from below", (name) => {
    writeFileSync(join(root, name), "");
    expect(findConfig(root)).toEqual({ file: join(root, name), warning: null });
    expect(findConfig(join(root, "a/b"))).toEqual({ file: join(root, name), warning: null });
  });

  it("takes the nearest folder, whatever the format", () => {
    writeFileSync(join(root, "supervisor.config.ts"), "");
    writeFileSync(join(root, "a/supervisord.conf"), "");
    expect(findConfig(join(root, "a/b"))?.file).toBe(join(root, "a/supervisord.conf"));
  });

  it("takes the first of several in a folder and names the others", () => {
    for (const name of ["supervisord.conf", "supervisor.config.json", "supervisor.config.ts"])
      writeFileSync(join(root, name), "");
    const found = findConfig(root);
    expect(found?.file).toBe(join(root, "supervisor.config.ts"));
    expect(found?.warning).toContain("ignoring supervisor.config.json, supervisord.conf");
  });

  it("does not take a folder of that name", () => {
    mkdirSync(join(root, "a/supervisord.conf"));
    writeFileSync(join(root, "supervisord.conf"), "");
    expect(findConfig(join(root, "a"))?.file).toBe(join(root, "supervisord.conf"));
  });

  it("finds nothing where nothing is", () => {
    expect(findConfig(root)).toBeNull();
  });
});
