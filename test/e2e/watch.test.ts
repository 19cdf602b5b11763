import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Project, type Status } from "../support/project.ts";

// Programs with `watch` are restarted when their files change, and only those.

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

const configure = (watch: string): string =>
  project.write(
    "supervisor.config.ts",
    `export default {
  programs: {
    web: { command: "sh -c 'cat src/text; exec sleep 1000'", directory: ${JSON.stringify(project.folder)}, watch: ${watch}, startsecs: 0 },
    other: { command: "sleep 1000", startsecs: 0 },
    job: { command: "sh -c 'echo run >> runs'", directory: ${JSON.stringify(project.folder)}, watch: "src", startsecs: 0, autorestart: false },
    idle: { command: "sleep 1000", watch: "src", autostart: false },
  },
};
`,
  );

const find = (status: Status, name: string) => {
  const found = status.processes.find((process) => process.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

test("a change restarts what runs, runs a job again, and leaves all others alone", async () => {
  project.write("src/text", "one\n");
  configure('["src", "!src/ignored"]');
  expect(await project.sup("up", "-d", "--wait")).toMatchObject({ exitCode: 0 });
  const before = await project.status();

  project.write("src/ignored", "x");
  // From beside: a new file in `src` would be a change of its own, which a busy machine tells of separately.
  project.write("text.new", "two\n");
  renameSync(join(project.folder, "text.new"), join(project.folder, "src/text"));
  const after = await project.until(
    (status) => find(status, "web").state === "RUNNING" && find(status, "web").pid !== find(before, "web").pid,
    "web to be restarted",
  );
  expect(find(after, "other").pid).toBe(find(before, "other").pid);
  expect(find(after, "idle").state).toBe("STOPPED");
  await vi.waitFor(() => expect(readFileSync(find(after, "web").stdoutLogfile, "utf8")).toBe("one\ntwo\n"), 60_000);
  await vi.waitFor(() => {
    const runs = readFileSync(join(project.folder, "runs"), "utf8");
    expect(runs.trim().split("\n").length).toBeGreaterThanOrEqual(2);
  }, 60_000);
  const { stdout } = await project.sup("shell", "maintail", "-100000");
  expect(stdout).toContain("restarting web: src/text");

  // What an operator stopped stays down.
  await project.sup("stop", "web");
  await project.sup("restart", "job");
  project.write("src/text", "three\n");
  const count = (): number => readFileSync(join(project.folder, "runs"), "utf8").split("\n").length;
  const runs = count();
  await vi.waitFor(() => expect(count()).toBeGreaterThan(runs), 60_000);
  expect(find(await project.status(), "web").state).toBe("STOPPED");
});

test("an edit of watch takes effect without a restart", async () => {
  project.write("src/text", "one\n");
  mkdirSync(join(project.folder, "lib"));
  configure("[]");
  expect(await project.sup("up", "-d", "--wait")).toMatchObject({ exitCode: 0 });
  const before = await project.status();
  configure('"lib/**/*.js"');
  await project.until((status) => status.config.generation > before.config.generation, "the edit to be applied");
  expect(find(await project.status(), "web").pid).toBe(find(before, "web").pid);
  // The watch is set up in the moment after the edit.
  await vi.waitFor(
    async () => {
      project.write("lib/deep/a.js", String(Math.random()));
      expect(find(await project.status(), "web").pid).not.toBe(find(before, "web").pid);
    },
    { timeout: 60_000, interval: 500 },
  );
});
