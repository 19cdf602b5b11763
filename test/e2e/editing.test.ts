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
import { execa } from "execa";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiClient } from "../../src/client/api-client.ts";
import { placesFor } from "../../src/daemon/places.ts";
import type { PlanReport } from "../../src/protocol/api.ts";
import { Project } from "../support/project.ts";

// Every way of saving gives exactly one reload, and none of a half-written file. The proof of "exactly one" is the next edit: the
// reports up to its own are counted.

let project: Project;
let reports: PlanReport[];
let wake: () => void;
let following: AbortController;

beforeEach(async () => {
  project = new Project();
  reports = [];
  wake = () => {};
  following = new AbortController();
  save(0);
  const up = await project.sup("up", "-d");
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  const client = new ApiClient({ socket: placesFor(file(), project.env).socket });
  await new Promise<void>((opened) => {
    const listen = async (): Promise<void> => {
      for await (const item of client.stream({ events: true }, following.signal)) {
        if (item.type === "open") opened();
        if (item.type !== "plan") continue;
        reports.push(item.report);
        wake();
      }
    };
    listen().catch(() => {});
  });
});

afterEach(async () => {
  following.abort();
  await project.close();
});

const PATTERNS: Readonly<Record<string, (text: string) => Promise<void> | void>> = {
  "writing in place": (text) => writeFileSync(file(), text),
  "truncating, then writing a moment later": async (text) => {
    truncateSync(file());
    await pause(400);
    appendFileSync(file(), text.slice(0, 40));
    await pause(400);
    appendFileSync(file(), text.slice(40));
  },
  "writing aside and renaming": (text) => {
    writeFileSync(`${file()}.tmp`, text);
    renameSync(`${file()}.tmp`, file());
  },
  "keeping a backup as vim does": (text) => {
    renameSync(file(), `${file()}~`);
    writeFileSync(file(), text);
    unlinkSync(`${file()}~`);
  },
  "removing and creating": async (text) => {
    unlinkSync(file());
    await pause(300);
    writeFileSync(file(), text);
  },
  "renaming from another folder": (text) => {
    mkdirSync(join(project.folder, "elsewhere"), { recursive: true });
    writeFileSync(join(project.folder, "elsewhere/new"), text);
    renameSync(join(project.folder, "elsewhere/new"), file());
  },
  "checking out another branch": async (text) => {
    const git = (...args: string[]) => execa("git", args, { cwd: project.folder });
    writeFileSync(join(project.folder, ".gitignore"), ".run\n.state\n");
    await git("init", "-q", "-b", "one");
    await git("add", ".");
    await git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "one");
    await git("checkout", "-q", "-b", "two");
    // The other branch is built without the work tree seeing it.
    const blob = (await execa("git", ["hash-object", "-w", "--stdin"], { cwd: project.folder, input: text })).stdout;
    await git("update-index", "--cacheinfo", `100644,${blob},supervisor.config.ts`);
    const tree = (await git("write-tree")).stdout;
    const commit = (
      await execa(
        "git",
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit-tree", tree, "-p", "HEAD", "-m", "two"],
        { cwd: project.folder },
      )
    ).stdout;
    await git("read-tree", "HEAD");
    await git("update-ref", "refs/heads/three", commit);
    await git("checkout", "-q", "three");
  },
};

describe("saving a config", () => {
  for (const [name, write] of Object.entries(PATTERNS)) {
    test(`by ${name} gives exactly one reload`, async () => {
      await write(text(1));
      await told(1);
      expect(reports[0]).toMatchObject({ ok: true });
      expect(reports[0]?.steps.map((step) => step.action)).toEqual(["restart"]);
      save(2);
      await told(2);
      expect(reports).toHaveLength(2);
      expect(reports[1]?.steps[0]?.changes).toEqual(["command: sleep 1001 -> sleep 1002"]);
    });
  }

  test("by swapping a symlink gives exactly one reload", async () => {
    writeFileSync(join(project.folder, "v1.ts"), text(0));
    writeFileSync(join(project.folder, "v2.ts"), text(1));
    unlinkSync(file());
    symlinkSync("v1.ts", file());
    symlinkSync("v2.ts", `${file()}.new`);
    renameSync(`${file()}.new`, file());
    await told(1);
    expect(reports[0]?.steps[0]?.changes).toEqual(["command: sleep 1000 -> sleep 1001"]);
    writeFileSync(join(project.folder, "v2.ts"), text(2));
    await told(2);
    expect(reports).toHaveLength(2);
  });

  test("without changing it gives none", async () => {
    const now = new Date();
    utimesSync(file(), now, now);
    chmodSync(file(), 0o600);
    copyFileSync(file(), `${file()}.copy`);
    writeFileSync(file(), text(0));
    rmSync(`${file()}.copy`);
    save(1);
    await told(1);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.steps[0]?.changes).toEqual(["command: sleep 1000 -> sleep 1001"]);
  });

  test("that it imports counts as well, also when only its import is mended", async () => {
    project.write("port.ts", "export const seconds = 2000;\n");
    writeFileSync(
      file(),
      `import { seconds } from "./port.ts";\nexport default { programs: { one: { command: \`sleep \${seconds}\` } } };\n`,
    );
    await told(1);
    project.write("port.ts", "export const seconds = ;\n");
    await told(2);
    expect(reports[1]).toMatchObject({ ok: false });
    expect(reports[1]?.problems).toMatch(/port\.ts:1:2\d/);
    project.write("port.ts", "export const seconds = 2001;\n");
    await told(3);
    expect(reports[2]?.steps[0]?.changes).toEqual(["command: sleep 2000 -> sleep 2001"]);
  });

  test("with a mistake is told once, however often it is saved", async () => {
    const broken = text(1).replace("command", "comand");
    writeFileSync(file(), broken);
    await told(1);
    writeFileSync(file(), `${broken}\n`);
    writeFileSync(file(), `${broken}\n\n`);
    save(2);
    await told(2);
    expect(reports.map((report) => report.ok)).toEqual([false, true]);
  });
});

function file(): string {
  return join(project.folder, "supervisor.config.ts");
}

function text(version: number): string {
  return `import { defineConfig } from "sup";\nexport default defineConfig({\n  programs: {\n    one: { command: "sleep ${1000 + version}" },\n  },\n});\n`;
}

function save(version: number): void {
  writeFileSync(file(), text(version));
}

/** Resolves once `count` reports have come. */
function told(count: number): Promise<void> {
  return new Promise((resolve) => {
    wake = () => {
      if (reports.length >= count) resolve();
    };
    wake();
  });
}

/** The pause belongs to the pattern: an editor takes its time. Nothing is concluded from it. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
