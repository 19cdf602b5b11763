import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadLastGood, storeLastGood, type LastGood } from "../../src/config/last-good.ts";
import { buildModel } from "../../src/model/build/build.ts";
import { systemWorld } from "../../src/config/world.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sup-good-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sample(): LastGood {
  const built = buildModel(
    { programs: { web: { command: "cat", environment: { A: "ü\n" } } } },
    systemWorld("/p/c.ts", {}, "/"),
  );
  if (!built.ok) throw new Error(JSON.stringify(built.problems));
  return { model: built.value, hash: "abc", config: "/p/c.ts", storedAt: 5, version: "1.2.3" };
}

describe("last good model", () => {
  it("comes back as it was stored", async () => {
    const durable = storeLastGood(join(folder, "a/b/good.json"), sample());
    // At once, for whoever comes after a crash of ours; on the disk a little later.
    expect(loadLastGood(join(folder, "a/b/good.json"))).toEqual(sample());
    await durable;
  });

  it("is for its owner only, in a folder for its owner only, and leaves nothing beside it", () => {
    const file = join(folder, "state/good.json");
    storeLastGood(file, sample());
    storeLastGood(file, { ...sample(), hash: "def" });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "state")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, "state"))).toEqual(["good.json"]);
    expect(loadLastGood(file)?.hash).toBe("def");
  });

  it.each(["", "{", "null", "[]", '{"format":2}', '{"format":1,"hash":"a","config":"b","storedAt":1,"model":{}}'])(
    "is not guessed from %j",
    (text) => {
      writeFileSync(join(folder, "good.json"), text);
      expect(loadLastGood(join(folder, "good.json"))).toBeNull();
    },
  );

  it("does not exist before the first", () => {
    expect(loadLastGood(join(folder, "good.json"))).toBeNull();
  });

  it("stays as it was when storing fails", () => {
    const file = join(folder, "good.json");
    storeLastGood(file, sample());
    const loop = { ...sample(), model: { ...sample().model, self: null as unknown } };
    loop.model.self = loop;
    expect(() => storeLastGood(file, loop)).toThrow(/circular/);
    expect(loadLastGood(file)).toEqual(sample());
    expect(readdirSync(folder)).toEqual(["good.json"]);
  });
});
