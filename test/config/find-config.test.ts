import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_NAMES, configIn } from "../../src/config/find-config.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sup-find-"));
  mkdirSync(join(root, "a/b"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

describe("configIn", () => {
  it.each([...CONFIG_NAMES])("finds %s in a folder, and not from below", (name) => {
    writeFileSync(join(root, name), "");
    expect(configIn(root)).toEqual({ file: join(root, name), warning: null });
    expect(configIn(join(root, "a"))).toBeNull();
  });

  it("takes the first of several in a folder and names the others", () => {
    for (const name of ["supervisord.conf", "supervisor.config.json", "supervisor.config.ts"])
      writeFileSync(join(root, name), "");
    const found = configIn(root);
    expect(found?.file).toBe(join(root, "supervisor.config.ts"));
    expect(found?.warning).toContain("ignoring supervisor.config.json, supervisord.conf");
  });

  it("does not take a folder of that name", () => {
    mkdirSync(join(root, "a/supervisor.config.ts"));
    writeFileSync(join(root, "a/supervisord.conf"), "");
    expect(configIn(join(root, "a"))).toEqual({ file: join(root, "a/supervisord.conf"), warning: null });
  });

  it("finds nothing where nothing is", () => {
    expect(configIn(root)).toBeNull();
    expect(configIn(join(root, "none"))).toBeNull();
  });
});
