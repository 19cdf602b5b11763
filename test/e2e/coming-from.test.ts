import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, freePort } from "../support/http.ts";
import { Project } from "../support/project.ts";

// What docs/coming-from.md says that the configs in it do, as somebody does it who has installed `sup` for the whole machine: nothing is
// in node_modules here.

const page = readFileSync(resolve(import.meta.dirname, "../../docs/coming-from.md"), "utf8");
const [fromPm2 = "", shared = ""] = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

const replaced = (text: string, changes: Readonly<Record<string, string>>): string =>
  Object.entries(changes).reduce((so, [from, to]) => {
    expect(so).toContain(from);
    return so.replaceAll(from, to);
  }, text);

test("a program over its limit of memory is restarted, and what has its hour is started", async () => {
  project.write(
    "api.js",
    'const kept = process.env.PORT === "4001" && Buffer.alloc(120e6, 1); setInterval(() => kept, 1000);',
  );
  project.write("mails.py", "import time\ntime.sleep(1000)\n");
  project.write(
    "supervisor.config.ts",
    replaced(fromPm2, {
      TICK_60: "TICK_5",
      "200 * 1024": "100 * 1024",
      "startsecs: 5": "startsecs: 0",
      "now.getHours() !== 3 || now.getMinutes() !== 0": "now.getHours() < 0",
      "./report.sh": "sh -c 'echo done'",
    }),
  );
  expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
  const pidOf = async (name: string): Promise<number | undefined> =>
    (await project.status()).processes.find((one) => one.name === name)?.pid;
  const [small, large] = [await pidOf("api_0"), await pidOf("api_1")];
  await project.until(
    ({ processes }) =>
      processes.some((one) => one.name === "report" && one.state === "EXITED") &&
      processes.some((one) => one.name === "api_1" && one.pid !== large && one.state === "RUNNING"),
    "the restart of api_1 and the end of report",
  );
  expect(await pidOf("api_0")).toBe(small);
});

test("processes with one socket answer on one port, and others do while one is away", async () => {
  const port = await freePort();
  project.write(
    "api.js",
    'require("http").createServer((_, response) => response.end(process.env.SUPERVISOR_PROCESS_NAME)).listen({ fd: 0 });',
  );
  project.write(
    "supervisor.config.ts",
    replaced(shared, { "127.0.0.1:4000": `127.0.0.1:${port}`, "numprocs: 4": "numprocs: 2" }),
  );
  expect(await project.sup("up", "--wait")).toMatchObject({ exitCode: 0 });
  for (const [away, there] of [
    ["api_0", "api_1"],
    ["api_1", "api_0"],
  ]) {
    expect(await project.sup("stop", `api:${away}`)).toMatchObject({ exitCode: 0 });
    expect((await ask({ host: "127.0.0.1", port, path: "/" })).body).toBe(there);
    expect(await project.sup("start", `api:${away}`)).toMatchObject({ exitCode: 0 });
  }
});

test("`sup init` says what it does not read, and where its words are told", async () => {
  for (const name of ["ecosystem.config.cjs", "docker-compose.yml", "settings.json"]) project.write(name, "");
  const { stderr, exitCode } = await project.sup("init");
  const [, names, page = ""] = /not taken from (.*): (\S+) tells/.exec(stderr) ?? [];
  expect([exitCode, names]).toEqual([0, "docker-compose.yml, ecosystem.config.cjs"]);
  expect(readFileSync(page, "utf8")).toContain("## PM2");
  expect((await project.sup("init", "minimal")).stderr).not.toContain("not taken");
});

test("the words of others are known, with what they are called here", async () => {
  const words = {
    script: "command",
    cwd: "directory",
    instances: "numprocs",
    interpreter: "command",
    env_production: "environment",
    ignore_watch: "watch",
    wait_ready: "health",
    kill_timeout: "stopwaitsecs",
    depends_on: "dependsOn",
    healthcheck: "health",
  };
  project.write("supervisor.config.json", JSON.stringify({ programs: { a: { command: "cat", ...words } } }));
  const { stderr } = await project.sup("check");
  for (const [theirs, ours] of Object.entries(words)) {
    const told = stderr.slice(stderr.indexOf(`unknown option \`${theirs}\``));
    expect(/did you mean `(\w+)`/.exec(told)?.[1], theirs).toBe(ours);
  }
});
