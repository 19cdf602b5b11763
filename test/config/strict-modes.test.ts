import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkStrictModes, gatherPathFacts, type PathFacts } from "../../src/config/strict-modes.ts";

const fact = (over: Partial<PathFacts>): PathFacts => ({
  path: "/p/c.ts",
  kind: "file",
  uid: 0,
  gid: 0,
  mode: 0o644,
  ...over,
});
const root = { uid: 0, trusted: [] };

describe("checkStrictModes", () => {
  it.each<[string, Partial<PathFacts>, RegExp | null]>([
    ["root's own file", {}, null],
    ["a file of another user", { uid: 1000 }, /belongs to uid 1000/],
    ["a file writable by its group", { mode: 0o664 }, /writable by its group \(mode 0664\)/],
    ["a file writable by everybody", { mode: 0o646 }, /writable by everybody/],
    ["a folder writable by everybody", { kind: "folder", mode: 0o777 }, /writable by its group and everybody/],
    ["a sticky folder", { kind: "folder", mode: 0o1777 }, null],
    ["a sticky file, where the bit means nothing", { mode: 0o1666 }, /writable/],
  ])("as root, judges %s", (_name, over, expected) => {
    const { refused, warnings } = checkStrictModes([fact(over)], root);
    expect(warnings).toEqual([]);
    if (expected === null) expect(refused).toEqual([]);
    else expect(refused[0]?.message).toMatch(expected);
  });

  it("warns a user of what root would refuse", () => {
    const { refused, warnings } = checkStrictModes([fact({ uid: 1000, gid: 50, mode: 0o666 })], {
      uid: 1000,
      trusted: [],
    });
    expect(refused).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it("trusts the owner of the config, and nobody else", () => {
    const reader = { uid: 0, trusted: [1000] };
    expect(checkStrictModes([fact({ uid: 1000 })], reader).refused).toEqual([]);
    expect(checkStrictModes([fact({ uid: 1001 })], reader).refused).toHaveLength(1);
  });

  it("does not mind a user's private group, unless root reads", () => {
    const shared = fact({ uid: 1000, gid: 1000, mode: 0o664 });
    expect(checkStrictModes([shared], { uid: 1000, trusted: [] }).warnings).toEqual([]);
    expect(checkStrictModes([shared], { uid: 0, trusted: [1000] }).refused).toHaveLength(1);
  });
});

describe("gatherPathFacts", () => {
  it("sees the file, the target of a symlink and every folder above both", () => {
    const folder = mkdtempSync(join(tmpdir(), "sup-strict-"));
    try {
      mkdirSync(join(folder, "open"));
      chmodSync(join(folder, "open"), 0o777);
      writeFileSync(join(folder, "open/target.ts"), "");
      symlinkSync("open/target.ts", join(folder, "c.ts"));
      if (process.getuid?.() === 0) chownSync(join(folder, "open/target.ts"), 65534, 65534);
      const facts = gatherPathFacts([join(folder, "c.ts")]);
      expect(facts.map(({ path }) => path)).toEqual(
        expect.arrayContaining(["/", folder, join(folder, "c.ts"), join(folder, "open/target.ts")]),
      );
      const messages = checkStrictModes(facts, root)
        .refused.map(({ message }) => message)
        .join("\n");
      expect(messages).toContain(`${join(folder, "open")} is writable`);
      if (process.getuid?.() === 0) expect(messages).toContain("target.ts belongs to uid 65534");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
