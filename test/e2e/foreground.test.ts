import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onTerminal } from "../support/on-terminal.ts";
import { isAlive, Project, seen } from "../support/project.ts";

let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

/** Three programs that say when they are told to stop, in an order that priorities decide. */
function config(): string {
  const trap = (name: string): string =>
    `sh -c 'trap "echo ${name} >> ${join(project.folder, "stopped")}; exit 0" TERM; echo ${name} is up; while :; do sleep 0.05; done'`;
  return `export default { programs: {
    first: { command: ${JSON.stringify(trap("first"))}, priority: 1 },
    second: { command: ${JSON.stringify(trap("second"))}, priority: 2 },
    third: { command: ${JSON.stringify(trap("third"))}, priority: 3 },
  } };`;
}

describe("sup up in the foreground", () => {
  test("shows prefixed output, and Ctrl-C stops everything once, in order, with status 130", async () => {
    project.write("supervisor.config.ts", config());
    const up = project.spawn(["up"]);
    await seen(up, /third +\| third is up/);
    await project.until((status) => status.processes.every((one) => one.state === "RUNNING"), "everything to run");
    const { pid } = await project.status();
    up.kill("SIGINT");
    const result = await up;
    expect(result.exitCode).toBe(130);
    expect(result.stdout).toMatch(/^first +\| first is up$/m);
    const said = [...result.all.matchAll(/^sup +\| (\w+) stopped$/gm)].map(([, name]) => name);
    expect(said).toEqual(["third", "second", "first"]);
    expect(readFileSync(join(project.folder, "stopped"), "utf8")).toBe("third\nsecond\nfirst\n");
    expect(isAlive(pid)).toBe(false);
  });

  test("ends everything when its terminal is gone, even by kill -9", async () => {
    project.write("supervisor.config.ts", config());
    const up = project.spawn(["up"]);
    await seen(up, /first is up/);
    const { pid, processes } = await project.until((status) => status.processes.every((one) => one.pid !== 0), "pids");
    up.kill("SIGKILL");
    await up;
    await gone([pid, ...processes.map((one) => one.pid)]);
  });

  test("ends as SIGHUP ends a program when its terminal is closed, and everything with it", async () => {
    project.write("supervisor.config.ts", config());
    const steps = [{ expect: "third is up" }, { close: true }] as const;
    const env = project.env as Record<string, string>;
    const closed = await onTerminal([resolve("bin/sup"), "up"], steps, { cwd: project.folder, env });
    expect(closed).toMatchObject({ status: -1, missing: null });
    await project.sup("down");
    expect(readFileSync(join(project.folder, "stopped"), "utf8")).toContain("third\n");
  });

  test("attaches where it already runs, applies the edit, and leaves on Ctrl-C without stopping anything", async () => {
    project.write("supervisor.config.ts", config());
    const start = await project.sup("up", "-d", "--no-watch");
    expect(start, start.stderr).toMatchObject({ exitCode: 0 });
    const before = await project.until(
      (status) => status.processes.every((one) => one.state === "RUNNING"),
      "everything to run",
    );
    project.write("supervisor.config.ts", config().replace("third is up", "third is new"));
    const again = project.spawn(["up"]);
    await seen(again, /third +\| third is new/);
    again.kill("SIGINT");
    expect(await again).toMatchObject({ exitCode: 130 });
    const after = await project.status();
    expect(after.pid).toBe(before.pid);
    const pidOf = (name: string, status = after): number | undefined =>
      status.processes.find((one) => one.name === name)?.pid;
    expect(pidOf("first")).toBe(pidOf("first", before));
    expect(pidOf("third")).not.toBe(pidOf("third", before));
  });

  test("shows failures in red", async () => {
    project.write(
      "supervisor.config.json",
      JSON.stringify({
        programs: {
          bad: { command: "sh -c 'echo last words; exit 3'", startsecs: 0, autorestart: false },
          gone: { command: "no-such-command-anywhere", startretries: 0 },
          well: { command: "true", startsecs: 0, autorestart: false },
        },
      }),
    );
    project.env["FORCE_COLOR"] = "1";
    const up = project.spawn(["up"]);
    await seen(up, /\u001b\[31mbad exited \(exit status 3; not expected\)/);
    await seen(up, /\u001b\[1m\u001b\[31mgone fatal \(/);
    await seen(up, /\u001b\[2mwell exited \(exit status 0\)/);
    up.kill("SIGINT");
    const { all } = await up;
    // Last words come before the end.
    expect(all.indexOf("last words")).toBeLessThan(all.indexOf("bad exited"));
    expect(all).toContain("last words");
  });

  test("starts only the named programs", async () => {
    project.write("supervisor.config.ts", config());
    const up = project.spawn(["up", "second"]);
    await seen(up, /second is up/);
    const status = await project.until(
      (one) => one.processes.some((process) => process.state === "RUNNING"),
      "second to run",
    );
    expect(status.processes.map((one) => [one.name, one.state])).toEqual([
      ["first", "STOPPED"],
      ["second", "RUNNING"],
      ["third", "STOPPED"],
    ]);
    up.kill("SIGINT");
    await up;
  });

  test("says why: what is started too, what a file did, what an edit did, who had to be killed, who ended it all", async () => {
    const stubborn = `sh -c 'trap "" TERM; echo stubborn is up; while :; do sleep 0.05; done'`;
    const write = (value: string): string =>
      project.write(
        "supervisor.config.ts",
        `export default { programs: {
          base: { command: "sleep 1000", startsecs: 0 },
          idle: { command: "sleep 1000" },
          web: { command: ${JSON.stringify(stubborn)}, dependsOn: { base: "started" }, watch: "*.txt", stopwaitsecs: 1,
            environment: { VALUE: "${value}" } },
        } };`,
      );
    write("one");
    project.write("a.txt", "one");
    const up = project.spawn(["up", "web"]);
    await seen(up, /stubborn is up/);
    project.write("a.txt", "two");
    await seen(up, /sup +\| web stopping \(a\.txt has changed\)\n/);
    await seen(up, /sup +\| web stopped \(killed, because it had not ended at SIGTERM\)\n/);
    await project.until((status) => status.processes.some((one) => one.name === "web" && one.pid !== 0), "web again");
    write("two");
    await seen(up, /sup +\| web stopping \(its config has changed\)\n/);
    await seen(up, /VALUE: \(hidden\) -> \(hidden, another value\)\n/);
    expect((await project.sup("upgrade")).exitCode).toBe(0);
    await seen(up, /another supervisor process took over \(sup upgrade\)/);
    await project.sup("down");
    const { all, exitCode } = await up;
    expect(exitCode).toBe(0);
    expect(all).toMatch(/sup +\| also up, because it is needed: base\n/);
    expect(all).toContain("all is stopped: the daemon was told to end (`sup down`, or a signal)");
    expect(all).not.toContain("died");
  });

  test("--wait shows what a program that failed has said last", async () => {
    const command = `sh -c 'echo cannot open the thing >&2; exit 3'`;
    project.write(
      "supervisor.config.ts",
      `export default { programs: { bad: { command: ${JSON.stringify(command)}, startretries: 0 } } };`,
    );
    const { exitCode, stderr } = await project.sup("up", "--wait");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^bad: FATAL exited too quickly once, last with status 3; gave up$/m);
    expect(stderr).toMatch(/^ {2}bad \| cannot open the thing$/m);
  });

  test("shows a mistake in the config with its place, and starts nothing", async () => {
    project.write(
      "supervisor.config.ts",
      `export default {\n  programs: {\n    web: { comand: "sleep 1" },\n  },\n};\n`,
    );
    const up = await project.sup("up");
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toMatch(/supervisor\.config\.ts:3:12/);
    expect(up.stderr).toContain("did you mean");
    expect(up.stderr).toContain("command");
    expect((await project.sup("status")).exitCode).toBe(3);
  });
});

async function gone(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (pids.some((pid) => isAlive(pid))) {
    if (Date.now() > deadline) throw new Error(`still there: ${pids.filter((pid) => isAlive(pid)).join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
