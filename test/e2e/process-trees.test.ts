import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, Project, programs } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// What programs start, and what they leave: shown, and gone when a stop as a group is done.

let project: Project;
const strays: number[] = [];
beforeEach(() => {
  project = new Project();
});
afterEach(async () => {
  await project.close();
  for (const pid of strays.splice(0)) if (isAlive(pid)) sendSignal(pid, "SIGKILL");
});

function configure(kind: string, more: object = {}): void {
  const command = `perl ${programs}/tree.pl ${kind} ${project.folder} ${kind}`;
  project.write(
    "supervisor.config.json",
    JSON.stringify({ programs: { tree: { command, stopwaitsecs: 1, autorestart: false, ...more } } }),
  );
}

/** All that the program has ever started. */
function started(kind: string): number[] {
  const pids = readFileSync(join(project.folder, `${kind}.tree`), "utf8")
    .split("\n")
    .filter(Boolean)
    .map(Number);
  strays.push(...pids);
  return pids;
}

interface Tree {
  readonly namespec: string;
  readonly pid: number;
  readonly members: readonly { readonly pid: number; readonly parent: number; readonly command: string }[];
}

describe("a program that puts itself into the background", () => {
  test("is FATAL with the reason, after one try, and what it left is named", async () => {
    configure("daemon", { startretries: 5 });
    await project.sup("up", "-d");
    const status = await project.until(
      (status) => status.processes[0]?.state === "FATAL",
      "the program to be given up",
    );
    const pids = started("daemon");
    const stray = pids.find(isAlive);
    expect(pids).toHaveLength(2);
    expect(status.processes[0]?.why).toContain(
      "it put itself into the background: its first process ended with status 0",
    );
    expect(status.processes[0]?.why).toContain(`pid ${stray}: perl`);
    // Once: not again as what is left.
    expect(status.processes[0]?.why).not.toContain("still running of it");
    expect(status.processes[0]?.survivors.map((one) => one.pid)).toEqual([stray]);
    expect((await project.sup("ps")).stdout).toContain("(its parent has ended)");
  });

  test("with killasgroup ends altogether", async () => {
    // The stray ignores SIGTERM; what has another stopsignal is reached by that.
    configure("daemon", { killasgroup: true, stopsignal: "INT" });
    await project.sup("up", "-d");
    await project.until((status) => status.processes[0]?.state === "FATAL", "the program to be given up");
    const pids = started("daemon");
    await project.until((status) => status.processes[0]?.survivors.length === 0, "the stray to end");
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe("a child that has left its program's session", () => {
  test("is gone when a stop with killasgroup is done", async () => {
    configure("setsid", { killasgroup: true });
    await project.sup("up", "--wait");
    await project.until(() => started("setsid").length === 2, "the child");
    expect((await project.sup("stop", "tree")).exitCode).toBe(0);
    expect(started("setsid").filter(isAlive)).toEqual([]);
  });

  test("is named by pid and command after a stop without it", async () => {
    configure("setsid");
    await project.sup("up", "--wait");
    await project.until(() => started("setsid").length === 2, "the child");
    expect((await project.sup("stop", "tree")).exitCode).toBe(0);
    const [tree] = (await project.status()).processes;
    const alive = started("setsid").find(isAlive);
    expect(tree?.state).toBe("STOPPED");
    expect(tree?.why).toContain(`stopped by an operator; still running of it: ${alive} (perl `);
    expect(tree?.survivors.map((one) => one.pid)).toEqual([alive]);
  });
});

describe("what a run that has crashed leaves", () => {
  const left = (): number[] => {
    const pids = readFileSync(join(project.folder, "left"), "utf8").trim().split("\n").map(Number);
    strays.push(...pids);
    return pids;
  };
  const crash =
    "trap '' TERM; sleep 994 & echo $! >> left; [ -e crashed ] || { touch crashed; exit 3; }; trap - TERM; exec sleep 993";
  const configureCrash = (more: object): void => {
    const program = {
      command: `sh ${project.write("crash.sh", crash)}`,
      startsecs: 0,
      stopwaitsecs: 1,
      killasgroup: true,
      ...more,
    };
    project.write("supervisor.config.json", JSON.stringify({ programs: { it: program } }));
  };

  test("is gone, with all of the next run, when a stop with killasgroup is done", async () => {
    configureCrash({ autorestart: true });
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    const status = await project.until(
      ({ processes: [it] }) => it?.restarts === 1 && it.state === "RUNNING",
      "a restart",
    );
    expect(status.processes[0]?.survivors).toHaveLength(1);
    await project.until(() => left().length === 2, "the second run's child");
    expect((await project.sup("stop", "it")).exitCode).toBe(0);
    expect(left().filter(isAlive)).toEqual([]);
  });

  test.each(["stop", "down"])(
    "is ended by sup %s with killasgroup, also if nothing else of it runs",
    async (command) => {
      configureCrash({ autorestart: false });
      await project.sup("up", "-d");
      await project.until(({ processes: [it] }) => it?.survivors.length === 1, "the crash");
      const said = await project.sup(command, ...(command === "stop" ? ["it"] : []));
      expect(said.stderr).not.toContain("left running");
      expect(left()).toHaveLength(1);
      expect(left().filter(isAlive)).toEqual([]);
    },
  );

  test("is ended when the config no longer has the program", async () => {
    configureCrash({ autorestart: false });
    await project.sup("up", "-d");
    await project.until(({ processes: [it] }) => it?.survivors.length === 1, "the crash");
    project.write("supervisor.config.json", JSON.stringify({ programs: { other: { command: "sleep 992" } } }));
    expect((await project.sup("update")).exitCode).toBe(0);
    expect(left()).toHaveLength(1);
    expect(left().filter(isAlive)).toEqual([]);
  });
});

test("sup ps shows each program's processes as a tree, as text and as JSON", async () => {
  configure("deaf");
  await project.sup("up", "--wait");
  await project.until(() => started("deaf").length === 2, "the child");
  const { stdout } = await project.sup("ps", "--json");
  const [tree] = JSON.parse(stdout) as Tree[];
  const [leader, child] = started("deaf");
  expect(tree).toMatchObject({ namespec: "tree", pid: leader });
  expect(tree?.members).toMatchObject([
    { pid: leader, command: expect.stringContaining("tree.pl deaf") as string },
    { pid: child, parent: leader },
  ]);
  const lines = (await project.sup("ps", "tree")).stdout.split("\n");
  expect(lines[0]).toBe("tree  RUNNING");
  expect(lines[1]).toMatch(/^\s+PID\s+%CPU\s+RSS\s+COMMAND$/);
  expect(lines[2]).toMatch(new RegExp(`^\\s*${leader}\\s+[\\d.]+\\s+[\\d.]+ [KM]iB  perl`));
  expect(lines[3]).toMatch(new RegExp(`^\\s*${child}\\s+[\\d.]+\\s+[\\d.]+ [KM]iB    perl`));
  expect((await project.sup("ps", "nobody")).exitCode).toBe(1);
});

test("sup down says what it leaves running, and hints name the config that was named", async () => {
  const file = project.write(
    "my.config.json",
    JSON.stringify({
      programs: { bg: { command: "sh -c 'sleep 996 & echo $! > left; sleep 0.5'", startsecs: 0, autorestart: false } },
    }),
  );
  const up = await project.sup("-c", file, "up", "-d");
  expect(up.stdout).toContain(`Stop with: sup -c ${file} down`);
  for (let seen = false; !seen;) {
    const { stdout } = await project.sup("-c", file, "status", "--json");
    seen = (JSON.parse(stdout) as { processes: { survivors: unknown[] }[] }).processes[0]?.survivors.length === 1;
  }
  const left = Number(readFileSync(join(project.folder, "left"), "utf8"));
  strays.push(left);
  const down = await project.sup("-c", file, "down");
  expect(down).toMatchObject({ exitCode: 0, stdout: "Stopped." });
  expect(down.stderr).toContain(`${left} (sleep 996)`);
  expect((await project.sup("-c", file, "status")).stderr).toContain(`Start it with: sup -c ${file} up`);
});
