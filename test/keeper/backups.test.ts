import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Backups } from "../../src/keeper/output/backups.ts";
import { makeFolder, removeFolder } from "./harness.ts";

const touched = vi.hoisted(() => ({ before: (): void => undefined }));
vi.mock("../../src/files/backup-name.ts", async (original) => {
  const real = await original<typeof import("../../src/files/backup-name.ts")>();
  return {
    ...real,
    backupName(path: string, number: number): string {
      touched.before();
      return real.backupName(path, number);
    },
  };
});

let folder = "";
beforeEach(() => {
  folder = makeFolder();
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  removeFolder(folder);
});

/** Writes and rotates the logs of these numbers, oldest first. */
function rotate(backups: Backups, first: number, last: number, check?: () => void): void {
  for (let number = first; number <= last; number++) {
    fs.writeFileSync(join(folder, "log"), String(number));
    backups.shift();
    check?.();
  }
}

/** Number of each backup and what is in it, the newest first. */
function found(): [number, number][] {
  return fs
    .readdirSync(folder)
    .map((name): [number, number] => [
      Number(name.slice("log.".length)),
      Number(fs.readFileSync(join(folder, name), "utf8")),
    ])
    .toSorted(([a], [b]) => a - b);
}

/** What is in them, counted down from the newest, if they are numbered from 1 on. */
const countdown = (newest: number, count: number): [number, number][] =>
  Array.from({ length: count }, (_, at) => [at + 1, newest - at]);

test("rotated slowly, each backup has its number at any moment", () => {
  const backups = new Backups(join(folder, "log"), 30);
  rotate(backups, 1, 50, () => {
    const all = found();
    expect(all).toEqual(countdown(all[0]?.[1] ?? 0, all.length));
    vi.advanceTimersByTime(100);
  });
  expect(found()).toEqual(countdown(50, 30));
});

test.each([15, 16, 40, 300])(
  "rotated many times a second, %i backups are always in order, complete, and no more",
  (limit) => {
    const backups = new Backups(join(folder, "log"), limit);
    let highest = 0;
    let lowest = 1;
    rotate(backups, 1, 700, () => {
      const all = found();
      const newest = all[0]?.[1] ?? 0;
      expect(all.map(([, content]) => content)).toEqual(
        countdown(newest, Math.min(newest, limit)).map((each) => each[1]),
      );
      highest = Math.max(highest, all.at(-1)?.[0] ?? 0);
      lowest = Math.max(lowest, all[0]?.[0] ?? 0);
    });
    const most = Math.min(32, limit >> 3);
    expect([lowest, highest]).toEqual([Math.max(1, most), limit + Math.max(0, most - 1)]);
    vi.advanceTimersByTime(200);
    expect(found()).toEqual(countdown(700, limit));
  },
);

test("renames for each rotation stay few, however many backups there are", () => {
  const backups = new Backups(join(folder, "log"), 1000);
  rotate(backups, 1, 600);
  const moved = (): number =>
    fs.readdirSync(folder).filter((name) => fs.statSync(join(folder, name)).ctimeMs > since).length;
  let since = 0;
  let sum = 0;
  for (let number = 601; number <= 664; number++) {
    fs.writeFileSync(join(folder, "log"), String(number));
    // The kernel's clock for files goes on in steps of some milliseconds.
    since = fs.statSync(join(folder, "log")).ctimeMs;
    while (Date.now() <= since + 20);
    backups.shift();
    sum += moved();
  }
  expect(sum).toBeLessThan(64 * 40);
});

test("what a killed keeper left half way is filled by the next one, in order", () => {
  rotate(new Backups(join(folder, "log"), 100), 1, 90);
  const left = found()[0]?.[0] ?? 0;
  expect(left).toBeGreaterThan(1);
  vi.clearAllTimers();
  const next = new Backups(join(folder, "log"), 100);
  for (let number = 91; number <= 120; number++) {
    vi.advanceTimersByTime(1000);
    rotate(next, number, number);
    expect(found().map(([, content]) => content)).toEqual(
      countdown(number, Math.min(number, 100)).map((each) => each[1]),
    );
  }
  expect(found()).toEqual(countdown(120, 100));
});

/** What a keeper leaves that is killed before it touches the n-th backup from now on. */
function killAt(count: number, action: () => void): void {
  let left = count;
  touched.before = () => {
    if (--left < 0) throw new Error("killed");
  };
  try {
    action();
  } catch {
    // As wanted.
  }
  touched.before = () => undefined;
}

test("files above the limit are nobody's to overwrite", () => {
  for (const number of [41, 42, 43]) fs.writeFileSync(join(folder, `log.${number}`), `-${number}`);
  const backups = new Backups(join(folder, "log"), 40);
  rotate(backups, 1, 300);
  backups.settle();
  expect(found()).toEqual([...countdown(300, 40), [41, -41], [42, -42], [43, -43]]);
});

test("a keeper that is killed with all numbers taken leaves none above the limit for good, wherever it was", () => {
  for (let kill = 0; kill < 100; kill += 3) {
    for (const name of fs.readdirSync(folder)) fs.rmSync(join(folder, name));
    const killed = new Backups(join(folder, "log"), 40);
    rotate(killed, 1, 205);
    let last = 205;
    killAt(kill, () => {
      for (; ; last++) {
        fs.writeFileSync(join(folder, "log"), String(last + 1));
        killed.shift();
      }
    });
    vi.clearAllTimers();
    const next = new Backups(join(folder, "log"), 40);
    if (fs.existsSync(join(folder, "log"))) {
      next.shift();
      last++;
    }
    for (let round = 0; round < 8; round++) {
      vi.advanceTimersByTime(1000);
      rotate(next, ++last, last);
    }
    expect(found()).toEqual(countdown(last, 40));
  }
});

test("a folder that takes the name of the next backup moves up", () => {
  const backups = new Backups(join(folder, "log"), 40);
  rotate(backups, 1, 39);
  const room = (found()[0]?.[0] ?? 0) - 1;
  expect(room).toBeGreaterThan(0);
  fs.mkdirSync(join(folder, `log.${room}`));
  fs.writeFileSync(join(folder, "log"), "40");
  expect(() => backups.shift()).toThrow("EISDIR");
  expect(() => backups.shift()).not.toThrow();
  rotate(backups, 41, 60);
  backups.settle();
  const files = fs.readdirSync(folder, { withFileTypes: true });
  expect(files.filter((file) => file.isDirectory())).toHaveLength(1);
  for (const file of files) if (file.isDirectory()) fs.rmdirSync(join(folder, file.name));
  expect(found().map(([, content]) => content)).toEqual(countdown(60, 39).map((each) => each[1]));
});

test("a limit that is changed meanwhile, and a file that comes back", () => {
  const backups = new Backups(join(folder, "log"), 100);
  rotate(backups, 1, 80);
  backups.unshift();
  expect(fs.readFileSync(join(folder, "log"), "utf8")).toBe("80");
  rotate(backups, 80, 85);
  backups.limit = 90;
  expect(found()).toEqual(countdown(85, 85));
  rotate(backups, 86, 200);
  backups.settle();
  expect(found()).toEqual(countdown(200, 90));
});

test("the newest is where it is looked for, also once somebody has removed very many", () => {
  const backups = new Backups(join(folder, "log"), 200);
  rotate(backups, 1, 180);
  backups.settle();
  for (let number = 1; number <= 100; number++) fs.rmSync(join(folder, `log.${number}`));
  rotate(backups, 181, 190);
  expect(found()[0]?.[0]).toBeLessThanOrEqual(33);
  backups.settle();
  expect(found().map(([, content]) => content)).toEqual([
    ...countdown(190, 10).map((each) => each[1]),
    ...countdown(80, 80).map((each) => each[1]),
  ]);
});

test("backups that somebody removes meanwhile are missing, and no other", () => {
  const backups = new Backups(join(folder, "log"), 100);
  const removed: number[] = [];
  rotate(backups, 1, 95, () => {
    const all = found();
    const [number, content] = all[Math.floor(all.length / 2)] ?? [0, 0];
    if (content % 10 !== 0 || removed.includes(content)) return;
    fs.rmSync(join(folder, `log.${number}`));
    removed.push(content);
  });
  backups.settle();
  const rest = Array.from({ length: 95 }, (_, at) => 95 - at).filter((content) => !removed.includes(content));
  expect(removed.length).toBeGreaterThan(3);
  expect(found().map(([, content]) => content)).toEqual(rest);
});
