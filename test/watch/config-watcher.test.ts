import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { contentHash } from "../../src/config/content-hash.ts";
import { hashOf, lookAtFiles } from "../../src/watch/look-at-files.ts";
import { watchConfig, type ConfigWatcher } from "../../src/watch/config-watcher.ts";

const text = (version: number): string => `export default {\n  programs: { web: { command: "v${version}" } },\n};\n`;

let cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.reverse()) await clean();
  cleanups = [];
});

interface Scene {
  readonly folder: string;
  readonly file: string;
  readonly saves: () => number;
  /** Resolves when the watcher has told `count` saves in all. */
  readonly until: (count: number) => Promise<void>;
  readonly watcher: ConfigWatcher;
}

/** A watched config, re-armed after every save as the daemon does. */
async function scene(more: (folder: string) => string[] = () => [], file = "supervisor.config.ts"): Promise<Scene> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-watch-")));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, file);
  writeFileSync(config, text(0));
  const files = [config, ...more(folder)];
  let saves = 0;
  const watcher = watchConfig(() => {
    saves += 1;
    watcher.rearm(files, contentHash(files));
  });
  cleanups.push(() => watcher.close());
  watcher.rearm(files, contentHash(files));
  await watcher.ready();
  const until = (count: number): Promise<void> =>
    vi.waitFor(() => expect(saves).toBeGreaterThanOrEqual(count), { timeout: 15_000, interval: 20 });
  return { folder, file: config, saves: () => saves, until, watcher };
}

type Save = (scene: Scene) => Promise<void> | void;

const SAVES: readonly [string, Save][] = [
  ["an in-place write", ({ file }) => writeFileSync(file, text(1))],
  [
    "truncate, 10 ms, write",
    async ({ file }) => {
      truncateSync(file);
      await pause(10);
      writeFileSync(file, text(1));
    },
  ],
  [
    "truncate, 1 s, write",
    async ({ file }) => {
      truncateSync(file);
      await pause(1000);
      writeFileSync(file, text(1));
    },
  ],
  [
    "two halves, 400 ms apart",
    async ({ file }) => {
      writeFileSync(file, text(1).slice(0, 25));
      await pause(400);
      appendFileSync(file, text(1).slice(25));
    },
  ],
  [
    "a temporary file renamed into place",
    ({ file }) => {
      writeFileSync(`${file}.tmp`, text(1));
      renameSync(`${file}.tmp`, file);
    },
  ],
  [
    "vim's backup, new file, no backup left",
    async ({ folder, file }) => {
      writeFileSync(join(folder, "4913"), "");
      unlinkSync(join(folder, "4913"));
      renameSync(file, `${file}~`);
      writeFileSync(file, text(1));
      await pause(20);
      unlinkSync(`${file}~`);
    },
  ],
  [
    "unlink and create, 300 ms apart",
    async ({ file }) => {
      unlinkSync(file);
      await pause(300);
      writeFileSync(file, text(1));
    },
  ],
  [
    "an atomic save by way of another folder",
    ({ folder, file }) => {
      mkdirSync(join(folder, ".stage"));
      writeFileSync(join(folder, ".stage/new"), text(1));
      renameSync(join(folder, ".stage/new"), file);
    },
  ],
  [
    "a save followed by a chmod and a touch",
    async ({ file }) => {
      writeFileSync(file, text(1));
      chmodSync(file, 0o600);
      await pause(30);
      utimesSync(file, 1, 1);
    },
  ],
];

describe("watchConfig", () => {
  it.each(SAVES)("tells %s exactly once, and still watches afterwards", async (_name, save) => {
    const it = await scene();
    await save(it);
    await it.until(1);
    await twoOtherSaves(it);
    expect(it.saves()).toBe(1);
    writeFileSync(it.file, text(2));
    await it.until(2);
    renameSyncInPlace(it.file, text(3));
    await it.until(3);
    expect(it.saves()).toBe(3);
  });

  it.each<[string, Save]>([
    ["a touch", ({ file }) => utimesSync(file, 1, 1)],
    ["a chmod", ({ file }) => chmodSync(file, 0o600)],
    ["a rewrite of the same content", ({ file }) => writeFileSync(file, text(0))],
    ["a rename of an equal file into place", ({ file }) => renameSyncInPlace(file, text(0))],
    [
      "other files in the folder",
      ({ folder }) => {
        for (let i = 0; i < 50; i++) writeFileSync(join(folder, `other${i}`), "x");
      },
    ],
  ])("does not tell %s", async (_name, save) => {
    const it = await scene();
    await save(it);
    await twoOtherSaves(it);
    expect(it.saves()).toBe(0);
    writeFileSync(it.file, text(1));
    await it.until(1);
  });

  it("tells a swap of the symlink that the config is reached through", async () => {
    const it = await scene((folder) => {
      for (const version of [1, 2]) {
        mkdirSync(join(folder, `v${version}`));
        writeFileSync(join(folder, `v${version}/linked.ts`), text(version));
      }
      symlinkSync("v1", join(folder, "..data"));
      symlinkSync("..data/linked.ts", join(folder, "linked.ts"));
      return [join(folder, "linked.ts")];
    });
    symlinkSync("v2", join(it.folder, "..new"));
    renameSync(join(it.folder, "..new"), join(it.folder, "..data"));
    await it.until(1);
    writeFileSync(join(it.folder, "v2/linked.ts"), text(3));
    await it.until(2);
    expect(it.saves()).toBe(2);
  });

  it.each<[string, (folder: string, aside: string) => void | Promise<void>]>([
    [
      "was moved away for a moment",
      async (folder, aside) => {
        renameSync(folder, aside);
        await pause(300);
        renameSync(aside, folder);
      },
    ],
    [
      "is another one at once",
      (folder, aside) => {
        mkdirSync(`${aside}-new`);
        renameSync(folder, aside);
        renameSync(`${aside}-new`, folder);
      },
    ],
    [
      "was removed and made again",
      (folder) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
      },
    ],
  ])("tells every save in a folder that %s", async (_name, replace) => {
    const { folder, file, until, watcher } = await scene();
    const aside = `${folder}-aside`;
    cleanups.push(() => {
      for (const left of [aside, `${aside}-new`]) rmSync(left, { recursive: true, force: true });
    });
    await replace(folder, aside);
    writeFileSync(file, text(1));
    await until(1);
    for (const version of [2, 3]) {
      await watcher.ready();
      writeFileSync(file, text(version));
      await until(version);
    }
  });

  it("tells of a file that takes the place of a symlink, and of its later saves", async () => {
    const it = await scene((folder) => {
      writeFileSync(join(folder, "target.ts"), text(1));
      symlinkSync("target.ts", join(folder, "linked.ts"));
      return [join(folder, "linked.ts")];
    });
    unlinkSync(join(it.folder, "linked.ts"));
    writeFileSync(join(it.folder, "linked.ts"), text(2));
    await it.until(1);
    writeFileSync(join(it.folder, "linked.ts"), text(3));
    await it.until(2);
    expect(it.saves()).toBe(2);
  });

  it("tells a git checkout of many files once", async () => {
    const it = await scene((folder) => {
      mkdirSync(join(folder, "lib"));
      return Array.from({ length: 200 }, (_, i) => join(folder, `lib/${i}.ts`));
    });
    const git = (...args: string[]): void =>
      void execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
        cwd: it.folder,
        stdio: "ignore",
      });
    for (let i = 0; i < 200; i++) writeFileSync(join(it.folder, `lib/${i}.ts`), text(1));
    git("init", "-b", "main");
    git("add", ".");
    git("commit", "-m", "one");
    git("checkout", "-b", "two");
    await it.until(1);
    const before = it.saves();
    for (let i = 0; i < 200; i++) writeFileSync(join(it.folder, `lib/${i}.ts`), text(2));
    git("commit", "-am", "two");
    await it.until(before + 1);
    git("checkout", "main");
    await it.until(before + 2);
    writeFileSync(it.file, text(9));
    await it.until(before + 3);
    expect(it.saves()).toBe(before + 3);
  });

  it("tells a new file in an included folder, but not an editor's leftovers there", async () => {
    const it = await scene((folder) => {
      mkdirSync(join(folder, "conf.d"));
      return [join(folder, "conf.d")];
    });
    writeFileSync(join(it.folder, "conf.d/.web.conf.swp"), "x");
    writeFileSync(join(it.folder, "conf.d/web.conf~"), "x");
    writeFileSync(join(it.folder, "conf.d/web.conf"), "x");
    await it.until(1);
    writeFileSync(it.file, text(1));
    await it.until(2);
    expect(it.saves()).toBe(2);
  });

  it("notices a missing import that is created, in a folder that did not exist", async () => {
    const it = await scene((folder) => [join(folder, "lib/deep/missing.ts")]);
    mkdirSync(join(it.folder, "lib/deep"), { recursive: true });
    writeFileSync(join(it.folder, "lib/deep/missing.ts"), text(1));
    await it.until(1);
    rmSync(join(it.folder, "lib"), { recursive: true });
    await it.until(2);
    expect(it.saves()).toBe(2);
  });

  it("tells a change that came between the load and the rearming", async () => {
    const it = await scene();
    const old = contentHash([it.file]);
    await it.watcher.close();
    let saves = 0;
    const watcher = watchConfig(() => (saves += 1));
    cleanups.push(() => watcher.close());
    writeFileSync(it.file, text(1));
    watcher.rearm([it.file], old);
    await vi.waitFor(() => expect(saves).toBe(1), { timeout: 10_000 });
  });

  it("is silent after it was closed", async () => {
    const it = await scene();
    await it.watcher.close();
    const other = await secondWatcher(it.file);
    writeFileSync(it.file, text(1));
    await vi.waitFor(() => expect(other.saves()).toBe(1), { timeout: 10_000 });
    expect(it.saves()).toBe(0);
  });
});

describe("hashOf", () => {
  it("is the hash that the loader makes of the same files", async () => {
    const it = await scene((folder) => [folder, join(folder, "missing"), join(folder, "copy")]);
    copyFileSync(it.file, join(it.folder, "copy"));
    const files = [it.file, join(it.folder, "copy"), it.folder, join(it.folder, "missing"), it.file];
    expect(readdirSync(it.folder)).toHaveLength(2);
    expect(hashOf(lookAtFiles(files))).toBe(contentHash(files));
  });
});

function renameSyncInPlace(file: string, content: string): void {
  writeFileSync(`${file}.swap`, content);
  renameSync(`${file}.swap`, file);
}

/**
 * Resolves after a second watcher, on a file of its own, has told two saves made from now on: whatever the first one makes of what
 * came before, it has told by then.
 */
async function twoOtherSaves(scene: Scene): Promise<void> {
  const file = join(scene.folder, "sentinel");
  writeFileSync(file, "0\n");
  const other = await secondWatcher(file);
  for (const count of [1, 2]) {
    writeFileSync(file, `${count}\n`);
    await vi.waitFor(() => expect(other.saves()).toBe(count), { timeout: 10_000, interval: 20 });
  }
}

async function secondWatcher(file: string): Promise<{ saves: () => number }> {
  let saves = 0;
  const watcher = watchConfig(() => (saves += 1));
  cleanups.push(() => watcher.close());
  watcher.rearm([file], contentHash([file]));
  await watcher.ready();
  return { saves: () => saves };
}
