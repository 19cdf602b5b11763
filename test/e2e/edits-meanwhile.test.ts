import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// An edit whose program takes long to stop: other edits go on meanwhile, and it ends as the last of them says.

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(async () => {
  project.write("enough", "");
  await project.close();
});

/** Ends when it is killed, or when the test is over, and not before. */
const stubborn = (mark: string): string =>
  `{ command: \`sh -c 'echo ${mark} >> runs; trap : TERM; while [ ! -e enough ]; do sleep 0.2; done'\`, startsecs: 0, stopwaitsecs: 1000 }`;
const sleeps = (seconds: number): string => `{ command: "sleep ${seconds}", startsecs: 0 }`;

function save(programs: Readonly<Record<string, string>>, groups = ""): void {
  const lines = Object.entries(programs).map(([name, text]) => `${name}: ${text},`);
  project.write(
    "supervisor.config.ts",
    `import { defineConfig } from "sup";\nexport default defineConfig({ programs: {\n${lines.join("\n")}\n}, ${groups} });\n`,
  );
}

function find(status: Status, name: string): Status["processes"][number] | undefined {
  return status.processes.find((process) => process.name === name);
}

const runs = (): string[] =>
  existsSync(join(project.folder, "runs")) ? readFileSync(join(project.folder, "runs"), "utf8").trim().split("\n") : [];

async function up(): Promise<Status> {
  expect(await project.sup("up", "-d", "--wait")).toMatchObject({ exitCode: 0 });
  return project.until(
    (now) => runs().length === 1 && now.processes.every((one) => one.state === "RUNNING"),
    "a start",
  );
}

test("other programs are restarted, removed and added while one is still stopping", async () => {
  save({ slow: stubborn("a"), quick: sleeps(1000), goes: sleeps(1001) });
  const before = await up();
  save({ slow: stubborn("b"), quick: sleeps(1000), goes: sleeps(1001) });
  await project.until((now) => find(now, "slow")?.state === "STOPPING", "the stop");

  save({ slow: stubborn("b"), quick: sleeps(1002), comes: sleeps(1003) });
  const meanwhile = await project.until(
    (now) => find(now, "comes")?.state === "RUNNING" && find(now, "goes") === undefined,
    "the second edit",
  );
  expect(find(meanwhile, "slow")).toMatchObject({ state: "STOPPING", pid: find(before, "slow")?.pid });
  expect(find(meanwhile, "quick")?.pid).not.toBe(find(before, "quick")?.pid);

  // The same file again is no third edit.
  const { stdout } = await project.sup("plan");
  expect(stdout).toMatch(/no changes|nothing/i);
  sendSignal(find(before, "slow")!.pid, "SIGKILL");
  await project.until((now) => find(now, "slow")?.state === "RUNNING", "the first edit");
  expect(runs()).toEqual(["a", "b"]);
});

test("a third edit of the slow one is what it ends with", async () => {
  save({ slow: stubborn("a"), quick: sleeps(1000) });
  const before = await up();
  save({ slow: stubborn("b"), quick: sleeps(1000) });
  await project.until((now) => find(now, "slow")?.state === "STOPPING", "the stop");
  save({ slow: stubborn("c"), quick: sleeps(1001) });
  await project.until((now) => find(now, "quick")?.pid !== find(before, "quick")?.pid, "the second edit");
  sendSignal(find(before, "slow")!.pid, "SIGKILL");
  // The one in between may have been started: then it is stopped for the last.
  await project.until((now) => {
    const slow = find(now, "slow");
    if (slow?.state === "STOPPING" && slow.pid !== find(before, "slow")?.pid) sendSignal(slow.pid, "SIGKILL");
    return slow?.state === "RUNNING" && runs().at(-1) === "c";
  }, "the last edit");
});

test("a program that is on its way out and wanted again comes back", async () => {
  save({ slow: stubborn("a"), quick: sleeps(1000) });
  const before = await up();
  save({ quick: sleeps(1000) });
  await project.until((now) => find(now, "slow")?.state === "STOPPING", "the stop");
  save({ slow: stubborn("b"), quick: sleeps(1001) });
  const meanwhile = await project.until((now) => find(now, "quick")?.pid !== find(before, "quick")?.pid, "the edit");
  expect(find(meanwhile, "slow")?.state).toBe("STOPPING");
  sendSignal(find(before, "slow")!.pid, "SIGKILL");
  await project.until((now) => find(now, "slow")?.state === "RUNNING", "its return");
  expect(runs()).toEqual(["a", "b"]);
});

test("a program that moves out of a group is not run twice while its old self is stopping", async () => {
  save({ slow: stubborn("a"), quick: sleeps(1000) }, 'groups: { g: { programs: ["slow"] } }');
  const before = await up();
  save({ slow: stubborn("b"), quick: sleeps(1000) }, 'groups: { g: { programs: ["slow"] } }');
  await project.until((now) => find(now, "slow")?.state === "STOPPING", "the stop");
  save({ slow: stubborn("b"), quick: sleeps(1001) });
  await project.until((now) => find(now, "quick")?.pid !== find(before, "quick")?.pid, "the second edit");
  expect(runs()).toEqual(["a"]);
  sendSignal(find(before, "slow")!.pid, "SIGKILL");
  await project.until((now) => {
    const old = now.processes.find((one) => one.namespec === "g:slow");
    if (old?.state === "STOPPING" && old.pid !== find(before, "slow")?.pid) sendSignal(old.pid, "SIGKILL");
    return now.processes.some((one) => one.namespec === "slow:slow" || one.namespec === "slow") && old === undefined;
  }, "the move");
});
