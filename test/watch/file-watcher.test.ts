import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { watchFiles, type FileWatcher } from "../../src/watch/file-watcher.ts";
import { compileGlobs } from "../../src/watch/watched-globs.ts";

let folder = "";
let watcher: FileWatcher;
const told: string[][] = [];

async function watching(...patterns: string[]): Promise<void> {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-files-")));
  save("src/a.js");
  save("src/node_modules/dep/index.js");
  told.length = 0;
  watcher = watchFiles((paths) => told.push(paths.map((path) => path.slice(folder.length + 1))));
  watcher.rearm([compileGlobs({ folder, patterns })]);
  await watcher.ready();
}

function save(name: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), String(Math.random()));
}

/** What comes of `act`, up to and including the change of `mark`, which matches for sure. */
async function upTo(mark: string, act: () => void): Promise<Set<string>> {
  act();
  save(mark);
  await vi.waitFor(() => expect(told.flat()).toContain(mark), { timeout: 30_000, interval: 20 });
  return new Set(told.flat());
}

afterEach(async () => {
  await watcher.close();
  rmSync(folder, { recursive: true, force: true });
});

it("tells of writes, new files and files renamed into place, in folders that are new, too", async () => {
  await watching("src/**/*.js");
  expect(await upTo("src/a.js", () => save("src/b.js"))).toEqual(new Set(["src/a.js", "src/b.js"]));
  await upTo("src/deep/er/c.js", () => {});
  told.length = 0;
  await upTo("src/a.js", () => {
    save("src/new.tmp");
    renameSync(join(folder, "src/new.tmp"), join(folder, "src/b.js"));
  });
  await vi.waitFor(() => expect(told.flat()).toContain("src/b.js"), { timeout: 30_000 });
});

it("tells of what changed while the watches were being set up", async () => {
  await watching("src");
  for (let round = 0; round < 10; round++) {
    told.length = 0;
    watcher.rearm([compileGlobs({ folder, patterns: ["src"] })]);
    await new Promise((resolve) => setTimeout(resolve, round));
    save("src/a.js");
    await vi.waitFor(() => expect(told.flat()).toContain("src/a.js"), { timeout: 30_000 });
  }
});

it("keeps quiet about everything else", async () => {
  await watching("src");
  const seen = await upTo("src/a.js", () => {
    save("src/node_modules/dep/index.js");
    save("src/.cache/x.js");
    save("other/x.js");
  });
  expect(seen).toEqual(new Set(["src/a.js"]));
});

it("sees what was not there when it began", async () => {
  await watching("later/on/*.js");
  await upTo("later/on/a.js", () => {});
});

it("watches nothing any more when nothing is wanted", async () => {
  await watching("src");
  watcher.rearm([]);
  save("src/a.js");
  watcher.rearm([compileGlobs({ folder, patterns: ["src/mark"] })]);
  await watcher.ready();
  expect(await upTo("src/mark", () => {})).toEqual(new Set(["src/mark"]));
});
