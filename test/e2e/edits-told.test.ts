import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../support/http.ts";
import { Project, seen } from "../support/project.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

test("what takes effect with the daemon's next start is told when it is edited, and until that start or its undoing", async () => {
  const server = { inetHttpServer: { port: `127.0.0.1:${await freePort()}` } };
  const write = (command: string, more: object): void =>
    void project.write("supervisor.config.json", JSON.stringify({ programs: { web: { command } }, ...more }));
  write("sleep 1001", {});
  const up = project.spawn(["up"]);
  await seen(up, /web running/);
  const notice = "needs `sup down` and `sup up` to take effect: inet_http_server";
  const needed = async (): Promise<boolean> =>
    (await project.sup("status")).stderr === "restart needed: inet_http_server changed; run: sup down && sup up";

  write("sleep 1001", server);
  await seen(up, new RegExp(`sup +\\| config read:\\n +! ${notice}`));
  expect(await needed()).toBe(true);
  for (const words of [["plan"], ["update"], ["plan"]])
    expect((await project.sup(...words)).stdout, words.join(" ")).toBe(`  ! ${notice}`);
  expect((await project.sup("up", "-d")).stdout).toBe(`Already running: nothing to apply now\n  ! ${notice}`);

  write("sleep 1002", server);
  await seen(up, /~ web: restart/);
  await project.until((status) => status.config.generation > 2, "the edit to be in force");
  expect(await needed()).toBe(true);

  write("sleep 1002", {});
  await project.until((status) => status.config.generation > 3, "the next edit to be in force");
  expect(await needed()).toBe(false);
  expect((await project.sup("plan")).stdout).toBe("Nothing has changed.");
  up.kill("SIGINT");
  await up;
});

test("a mistake is shown with its line, and told to be gone when it is, though nothing else has changed", async () => {
  const write = (programs: object): void =>
    void project.write("supervisor.config.json", JSON.stringify({ programs }, null, 2));
  write({ web: { command: "sleep 1001" } });
  const up = project.spawn(["up"]);
  await seen(up, /web running/);
  const { pid } = (await project.status()).processes[0] ?? {};
  write({ web: { command: "sleep 1001", commnad: "sleep 1002" } });
  await seen(up, /was not applied:\n.*supervisor\.config\.json:5:7: error: unknown option `commnad`/);
  write({ web: { command: "sleep 1001" } });
  await seen(up, /the config is in order again, and as it was: nothing has changed/);
  expect((await project.status()).processes[0]?.pid).toBe(pid);
  up.kill("SIGINT");
  await up;
});

test("who says `sup update` after the edit was applied unasked is told of what it did", async () => {
  const write = (command: string): void =>
    void project.write("supervisor.config.json", JSON.stringify({ programs: { web: { command, startsecs: 0 } } }));
  write("sleep 1001");
  await project.sup("up", "-d");
  expect((await project.sup("update")).stdout).toBe("Nothing has changed.");
  write("sleep 1002");
  await project.until(
    (status) => status.config.generation > 1 && status.processes[0]?.state === "RUNNING",
    "the edit to be in force",
  );
  expect((await project.sup("update")).stdout).toMatch(
    /^Nothing has changed since \d\d:\d\d:\d\d, when this was applied:\n  ~ web: restart\n {6}command: sleep 1001 -> sleep 1002$/,
  );
  expect((await project.sup("plan")).stdout).toBe("Nothing has changed.");
});
