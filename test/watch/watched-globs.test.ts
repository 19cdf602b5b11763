import { describe, expect, it } from "vitest";
import { compileGlobs } from "../../src/watch/watched-globs.ts";

const folder = "/home/me/a[pp]";

describe("compileGlobs", () => {
  it.each<[patterns: string[], yes: string[], no: string[]]>([
    [["server.js"], ["server.js"], ["server.jsx", "lib/server.js", ".server.js.swp"]],
    [["src"], ["src/a.js", "src/b/c.js"], ["src2/a.js", "src/node_modules/x.js", "src/.git/HEAD", "src/a.js~"]],
    [["src/**/*.ts"], ["src/a.ts", "src/b/c.ts"], ["src/a.js", "a.ts", "src/.x/a.ts", "src/node_modules/a.ts"]],
    [["*.js"], ["a.js"], ["lib/a.js", ".a.js", "../a.js"]],
    [["src", "!src/**/*.test.ts", "!src/gen"], ["src/a.ts"], ["src/b/a.test.ts", "src/gen/a.ts"]],
    [["../shared/**"], ["../shared/a", "../shared/b/c"], ["shared/a", "a"]],
    [["/etc/app.conf"], ["/etc/app.conf"], ["/etc/app.conf.d/x"]],
    [["{a,b}/*.{js,ts}"], ["a/x.js", "b/y.ts"], ["c/x.js"]],
    [[".env"], [".env"], [".env.local"]],
    [["node_modules/dep/*.js"], ["node_modules/dep/x.js"], ["node_modules/other/x.js"]],
  ])("%j", (patterns, yes, no) => {
    const globs = compileGlobs({ folder, patterns });
    const path = (name: string): string => new URL(name.replaceAll("[", "%5B"), `file://${folder}/`).pathname;
    const decoded = (name: string): string => decodeURIComponent(path(name));
    for (const name of yes) expect({ name, is: globs.matches(decoded(name)) }).toEqual({ name, is: true });
    for (const name of no) expect({ name, is: globs.matches(decoded(name)) }).toEqual({ name, is: false });
  });

  it("watches no more than the folders that can hold something", () => {
    const globs = compileGlobs({ folder, patterns: ["src/**/*.ts", "lib"] });
    expect(globs.bases).toEqual([`${folder}/src`, `${folder}/lib`]);
    expect(globs.mayHold(`${folder}/src/deep`)).toBe(true);
    expect(globs.mayHold("/home/me")).toBe(true);
    expect(globs.mayHold(`${folder}/src/node_modules`)).toBe(false);
    expect(globs.mayHold(`${folder}/other`)).toBe(false);
  });
});
