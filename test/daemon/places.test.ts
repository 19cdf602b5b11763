import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { placesFor } from "../../src/daemon/places.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "places-")));
const bundle = join(folder, "places.cjs");
beforeAll(() => {
  chmodSync(folder, 0o755);
  buildSync({
    stdin: {
      contents:
        'import { placesFor } from "./src/daemon/places.ts";\n' +
        "try { console.log(JSON.stringify(placesFor('/srv/web/supervisord.conf'))); } catch (error) { console.log(error.message); }",
      resolveDir: resolve(import.meta.dirname, "../.."),
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile: bundle,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What another user gets. */
function asNobody(env: Record<string, string>): string {
  const words = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, bundle];
  return execFileSync("setpriv", words, { env, encoding: "utf8", cwd: "/" }).trim();
}

test("every config has places of its own, named after its folder", () => {
  const env = { SUP_RUNTIME_DIR: "/r", SUP_STATE_DIR: "/s" };
  const places = placesFor("/srv/web/supervisord.conf", env);
  expect(places.runtime).toMatch(/^\/r\/web-[0-9a-f]{10}$/);
  expect(places.state).toMatch(/^\/s\/web-[0-9a-f]{10}$/);
  expect(placesFor("/srv/web/other.conf", env).runtime).not.toBe(places.runtime);
  expect(placesFor("/srv/web/supervisord.conf", env)).toEqual(places);
  expect(placesFor("/supervisord.conf", env).runtime).toMatch(/^\/r\/root-/);
});

test.each(["SUP_RUNTIME_DIR", "SUP_STATE_DIR"])("%s is an absolute path", (variable) => {
  const env = { SUP_RUNTIME_DIR: "/r", SUP_STATE_DIR: "/s" };
  expect(() => placesFor("/srv/web/supervisord.conf", { ...env, [variable]: "here" })).toThrow(
    `${variable} has to be an absolute path, and is "here"`,
  );
});

describe("a user's daemon", () => {
  test("lives in the user's own folders", () => {
    const home = join(folder, "home");
    const runtime = join(folder, "runtime");
    for (const own of [home, runtime]) {
      mkdirSync(own);
      chmodSync(own, 0o777);
    }
    const places = JSON.parse(asNobody({ HOME: home, XDG_RUNTIME_DIR: runtime }));
    expect(places.runtime.startsWith(join(runtime, "sup/web-"))).toBe(true);
    expect(places.state.startsWith(join(home, ".local/state/sup/web-"))).toBe(true);
    const without = JSON.parse(asNobody({ HOME: home, XDG_RUNTIME_DIR: "/run/user/54321" }));
    expect(without.runtime.startsWith(join(home, ".local/state/sup/run/web-"))).toBe(true);
  });

  test("lives in the temporary folder if the home is that of somebody else, who lets nobody look into it", () => {
    const home = join(folder, "closed");
    const TMPDIR = join(folder, "other-tmp");
    for (const own of [home, TMPDIR]) mkdirSync(own);
    chmodSync(home, 0o700);
    chmodSync(TMPDIR, 0o1777);
    const places = JSON.parse(asNobody({ HOME: home, TMPDIR }));
    expect(places.runtime.startsWith(join(TMPDIR, "sup-65534/run/web-"))).toBe(true);
    expect(places.state.startsWith(join(TMPDIR, "sup-65534/state/web-"))).toBe(true);
  });

  test("lives in the temporary folder if there is no home to write to", () => {
    const TMPDIR = join(folder, "tmp");
    mkdirSync(TMPDIR);
    chmodSync(TMPDIR, 0o1777);
    const env = { HOME: "/nonexistent", TMPDIR };
    const places = JSON.parse(asNobody(env));
    expect(places.runtime.startsWith(join(TMPDIR, "sup-65534/run/web-"))).toBe(true);
    expect(places.state.startsWith(join(TMPDIR, "sup-65534/state/web-"))).toBe(true);
    // Somebody else was there first.
    mkdirSync(join(TMPDIR, "sup-65534"));
    expect(asNobody(env)).toContain("is not a folder of uid 65534 alone: remove it");
  });
});
