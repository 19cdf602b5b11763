import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ApiClient } from "../../src/client/api-client.ts";
import type { PlanReport } from "../../src/protocol/api.ts";
import type { ChaosTest } from "./chaos-test.ts";
import type { Random } from "./random.ts";
import { pause, World } from "./world.ts";

/** Every way of saving a file: as editors, scripts, git and file servers do it. */
export const saves: ChaosTest = {
  id: "C3",
  title:
    "in place, truncated and written later, renamed, vim's backup, removed and made, touched, links, 500 files of git, old mtimes",
  criterion:
    "each save gives exactly 1 reload, none of half a file; a touch gives none; the next save is noticed as well",
  async run({ random, full }) {
    const rounds = full ? 10 : 1;
    const world = new World("supervisor.config.ts");
    const following = new AbortController();
    try {
      const save = (version: number): void => writeFileSync(world.config, text(version));
      save(0);
      const up = await world.project.sup("up", "-d", "-c", world.config);
      if (up.exitCode !== 0) throw new Error(`sup up failed: ${up.stderr}`);
      const reports: PlanReport[] = [];
      const opened = new Promise<void>((resolve) => {
        const listen = async (): Promise<void> => {
          const client = new ApiClient({ socket: world.places.socket });
          for await (const item of client.stream({ events: true }, following.signal)) {
            if (item.type === "open") resolve();
            if (item.type === "plan") reports.push(item.report);
          }
        };
        listen().catch(() => {});
      });
      await opened;
      const broken: string[] = [];
      let [version, half, saves] = [0, 0, 0];
      for (let round = 0; round < rounds; round++) {
        for (const [name, { write, silent = false }] of Object.entries(PATTERNS)) {
          const told = reports.length;
          if (!silent) version++;
          await write(world, text(version), random);
          saves++;
          const expected = silent ? 0 : 1;
          await world.until(() => reports.length >= told + expected, `${name} to be noticed`, 60);
          // A further reload, if there is one, comes before that of the next save.
          save(++version);
          await world.until(
            () =>
              (reports.at(-1)?.steps[0]?.changes ?? []).some((change) => change.endsWith(` sleep ${1000 + version}`)),
            `the save after ${name} to be noticed`,
            60,
          );
          const mine = reports.slice(told);
          if (mine.length !== expected + 1) broken.push(`${name}: ${mine.length - 1} reloads`);
          half += mine.filter((report) => !report.ok).length;
        }
      }
      if (half > 0) broken.push(`${half} reloads of half a file`);
      return {
        figures: { patterns: Object.keys(PATTERNS).length, saves, reloads: reports.length, halves: half },
        broken,
      };
    } finally {
      following.abort();
      await world.close();
    }
  },
};

interface Pattern {
  readonly write: (world: World, text: string, random: Random) => Promise<void> | void;
  /** It changes nothing. */
  readonly silent?: boolean;
}

const PATTERNS: Readonly<Record<string, Pattern>> = {
  "in place": { write: ({ config }, text) => writeFileSync(config, text) },
  "truncated, and written after a while": {
    write: async ({ config }, text, random) => {
      truncateSync(config);
      await pause(random.whole(10, 1000));
      appendFileSync(config, text.slice(0, 40));
      await pause(random.whole(10, 1000));
      appendFileSync(config, text.slice(40));
    },
  },
  "written aside and renamed": {
    write: ({ config }, text) => {
      writeFileSync(`${config}.tmp`, text);
      renameSync(`${config}.tmp`, config);
    },
  },
  "with a backup, as vim does it": {
    write: ({ config }, text) => {
      renameSync(config, `${config}~`);
      writeFileSync(config, text);
      unlinkSync(`${config}~`);
    },
  },
  "removed and made again": {
    write: async ({ config }, text, random) => {
      unlinkSync(config);
      await pause(random.whole(10, 500));
      writeFileSync(config, text);
    },
  },
  "renamed from another folder": {
    write: ({ config, folder }, text) => {
      mkdirSync(join(folder, "elsewhere"), { recursive: true });
      writeFileSync(join(folder, "elsewhere/new"), text);
      renameSync(join(folder, "elsewhere/new"), config);
    },
  },
  "touched, its mode changed, copied, written as it is": {
    silent: true,
    write: ({ config }, text) => {
      utimesSync(config, new Date(), new Date());
      chmodSync(config, 0o600);
      chmodSync(config, 0o644);
      copyFileSync(config, `${config}.copy`);
      writeFileSync(config, text);
      rmSync(`${config}.copy`);
    },
  },
  "with the time of another server": {
    write: ({ config }, text) => {
      writeFileSync(config, text);
      utimesSync(config, 1_000_000, 1_000_000);
    },
  },
  "a link that is turned to another file": {
    write: ({ config, folder }, text) => {
      writeFileSync(join(folder, "version.ts"), text);
      rmSync(`${config}.new`, { force: true });
      symlinkSync("version.ts", `${config}.new`);
      renameSync(`${config}.new`, config);
    },
  },
  "the file behind the link": { write: ({ folder }, text) => writeFileSync(join(folder, "version.ts"), text) },
  "a branch of 500 files checked out": {
    write: ({ folder }, text) => {
      const git = (...args: string[]): void =>
        void execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: folder });
      const others = Array.from({ length: 500 }, (_, index) => join(folder, `src/${index}.ts`));
      mkdirSync(join(folder, "src"), { recursive: true });
      rmSync(join(folder, ".git"), { recursive: true, force: true });
      for (const file of others) writeFileSync(file, "export const old = 1;\n");
      git("init", "-q", "-b", "one");
      git("add", "src");
      git("commit", "-qm", "one");
      git("checkout", "-q", "-b", "two");
      for (const file of others) writeFileSync(file, "export const fresh = 1;\n");
      git("commit", "-qam", "two");
      git("checkout", "-q", "one");
      // Built without the work tree seeing it.
      const blob = execFileSync("git", ["hash-object", "-w", "--stdin"], { cwd: folder, input: text })
        .toString()
        .trim();
      git("read-tree", "two");
      git("update-index", "--add", "--cacheinfo", `100644,${blob},supervisor.config.ts`);
      const tree = execFileSync("git", ["write-tree"], { cwd: folder }).toString().trim();
      const commit = execFileSync(
        "git",
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit-tree", tree, "-p", "two", "-m", "three"],
        { cwd: folder },
      );
      git("read-tree", "one");
      git("update-ref", "refs/heads/three", commit.toString().trim());
      git("checkout", "-qf", "three");
    },
  },
};

function text(version: number): string {
  return `import { defineConfig } from "sup";\nexport default defineConfig({\n  programs: {\n    one: { command: "sleep ${1000 + version}" },\n  },\n});\n`;
}
