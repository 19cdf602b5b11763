import { execa } from "execa";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, Project, untilEnded, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// The supervisor process may be killed at any moment, and the keeper too: what was meant to happen happens all the same.

const root = resolve(import.meta.dirname, "../..");
let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

/** A program that takes its time to stop, and says when it starts. */
function slow(mark: string): string {
  return `sh -c 'trap "sleep 1; exit 0" TERM; echo ${mark} >> ${join(project.folder, "starts")}; while :; do sleep 0.05; done'`;
}

function write(programs: Record<string, object>, groups: Record<string, object> = {}): void {
  project.write("supervisor.config.json", JSON.stringify({ programs, groups }));
}

function pidOf(status: Status, name: string): number {
  return status.processes.find((one) => one.namespec === name)?.pid ?? 0;
}

function mainLog(): string {
  const states = join(project.folder, ".state");
  return join(states, readdirSync(states)[0] ?? "", "supervisord.log");
}

/** Pids of supervisor processes of this project. */
function supervisors(): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const script = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0")[1] ?? "";
      const isOurs = readFileSync(`/proc/${name}/environ`, "utf8").includes(project.folder);
      return script.endsWith("/supervisor.cjs") && isOurs ? [Number(name)] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

async function killSupervisor(): Promise<void> {
  const { supervisorPid } = await project.status();
  sendSignal(supervisorPid, "SIGKILL");
  for (;;) {
    const again = await project.sup("status", "--json");
    if (again.exitCode !== 3 && (JSON.parse(again.stdout) as Status).supervisorPid !== supervisorPid) return;
  }
}

describe("while a supervisor starts everything for the first time", () => {
  // The config is evaluated in a process of its own, whose parent is the supervisor.
  const killsParent = 'process.kill(process.ppid, "SIGKILL");';
  const killsFirst = (config: object): void =>
    void project.write(
      "supervisor.config.ts",
      `import { existsSync, writeFileSync } from "node:fs";
if (!existsSync("killed")) {
  writeFileSync("killed", "");
  ${killsParent}
}
export default ${JSON.stringify(config)};
`,
    );

  test("and dies over a config with a mistake, that is told, and no earlier config is put in its place", async () => {
    project.write("supervisor.config.ts", 'export default { programs: { earlier: { command: "sleep 1000" } } };');
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    expect(await project.sup("down")).toMatchObject({ exitCode: 0 });
    killsFirst({ programs: { later: { comand: "sleep 1000" } } });
    const up = await project.sup("up", "-d");
    expect(existsSync(join(project.folder, "killed"))).toBe(true);
    expect(up.stderr).toContain("unknown option `comand` in programs.later");
    expect(up).toMatchObject({ exitCode: 1, stdout: "" });
    expect(await project.sup("status")).toMatchObject({ exitCode: 3 });
  });

  test("and dies, a name that there is not is refused by the next one", async () => {
    killsFirst({ programs: { a: { command: "sleep 1000" } } });
    const up = await project.sup("up", "-d", "TYPO");
    expect(existsSync(join(project.folder, "killed"))).toBe(true);
    expect(up).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("there is no program") });
    expect(await project.sup("status")).toMatchObject({ exitCode: 3 });
  });

  test.each(["", "comand"])("and dies, supervisord still hears how it went: %j", async (mistake) => {
    const config = project.write(
      "supervisor.config.ts",
      `import { existsSync, readFileSync, writeFileSync } from "node:fs";
const evaluations = (existsSync("count") ? Number(readFileSync("count", "utf8")) : 0) + 1;
writeFileSync("count", String(evaluations));
// The first is that of supervisord itself, which checks it.
if (evaluations === 2) ${killsParent}
export default { programs: { a: { command: "sleep 1000", ...(evaluations > 2 && { ${mistake || "priority"}: 5 }) } } };
`,
    );
    const supervisord = await execa(join(root, "bin/supervisord"), ["-c", config], {
      cwd: project.folder,
      env: project.env,
      extendEnv: false,
      reject: false,
      timeout: 100_000,
    });
    expect(readFileSync(join(project.folder, "count"), "utf8")).toBe("3");
    expect(supervisord.stderr).toContain(mistake);
    expect(supervisord).toMatchObject({ exitCode: mistake === "" ? 0 : 2, timedOut: false });
    expect((await project.sup("status")).exitCode).toBe(mistake === "" ? 0 : 3);
  });

  test("its death, and that of the next one, leave nothing out, start nothing twice, and lose no log", async () => {
    const starts = join(project.folder, "starts");
    const killed = join(project.folder, "killed");
    // Not also what is just being started: until then a process has the command line of the keeper, which names that file too.
    const kill = "pkill -KILL -P $PPID -f '^[^ ]+ [^ ]*/supervisor.cjs'";
    write({
      killer: {
        command: `sh -c "for n in 1 2; do mkdir ${killed}$n && { ${kill}; break; }; done; exec sleep 1000"`,
        numprocs: 2,
        processName: "killer_%(process_num)d",
        priority: 1,
      },
      many: {
        command: `sh -c 'echo %(process_num)03d $$ >> ${starts}; echo I am %(process_num)03d; exec sleep 1000'`,
        numprocs: 150,
        processName: "many_%(process_num)03d",
      },
      manual: { command: "sleep 1000", autostart: false },
    });
    await project.sup("up", "-d");
    const running = async () => {
      const answer = await project.sup("status", "--json");
      const { processes } = JSON.parse(answer.stdout === "" ? '{"processes":[]}' : answer.stdout) as Status;
      return processes.filter(({ state }) => state === "RUNNING");
    };
    const deadline = Date.now() + 60_000;
    let found = await running();
    while (found.length < 152 && Date.now() < deadline) found = await running();
    expect(readdirSync(project.folder).filter((name) => name.startsWith("killed"))).toEqual(["killed1", "killed2"]);
    const many = found.filter(({ namespec }) => namespec.startsWith("many:"));
    expect(readFileSync(starts, "utf8").trim().split("\n").sort()).toEqual(
      many.map(({ name, pid }) => `${name.slice(-3)} ${pid}`).sort(),
    );
    expect(many).toHaveLength(150);
    for (const name of ["many_000", "many_005", "many_149"]) {
      expect((await project.sup("logs", `many:${name}`)).stdout).toBe(`I am ${name.slice(-3)}`);
    }
    expect((await project.status()).processes.find(({ name }) => name === "manual")?.state).toBe("STOPPED");
  });
});

describe("when programs are not stopped as a group", () => {
  test("`sup down` names what they leave behind, of this run and of earlier ones", async () => {
    write({ a: { command: "sh -c 'sleep 1077; true'" } });
    await project.sup("up", "--wait");
    await project.sup("restart", "a");
    const down = await project.sup("down");
    const named = [...down.stderr.matchAll(/(\d+) \(sleep 1077\)/g)].map(([, pid]) => Number(pid));
    try {
      expect(down.stderr).toContain("left running, by programs that are not stopped as a group");
      expect(named.filter(isAlive)).toHaveLength(2);
    } finally {
      for (const pid of named) sendSignal(pid, "SIGKILL");
    }
  });
});

describe("when the config is deleted", () => {
  test("its daemon is still found, and can be stopped", async () => {
    write({ a: { command: "sleep 1000" } });
    await project.sup("up", "--wait");
    const pid = pidOf(await project.status(), "a");
    rmSync(join(project.folder, "supervisor.config.json"));
    const shown = await project.sup("status");
    expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`RUNNING  ${pid}`) as string });
    expect(shown.stderr).toContain("supervisor.config.json is no file any more; its daemon still runs");
    expect(await project.sup("-c", "supervisor.config.json", "status", "a")).toMatchObject({ exitCode: 0 });
    expect(await project.sup("down")).toMatchObject({ exitCode: 0 });
    expect(isAlive(pid)).toBe(false);
    expect(await project.sup("status")).toMatchObject({ exitCode: 2 });
  });
});

describe("when the supervisor is killed", () => {
  test("groups keep the places in which they came", async () => {
    const still = { command: "sleep 1000", autostart: false };
    write({ m: still, z: still });
    await project.sup("up", "-d", "--no-watch");
    const names = async (): Promise<string[]> => (await project.status()).processes.map((one) => one.namespec);
    write({ a: still, m: still, y: still, z: still });
    await project.sup("update");
    expect(await names()).toEqual(["m", "z", "a", "y"]);
    await killSupervisor();
    expect(await names()).toEqual(["m", "z", "a", "y"]);
    write({ a: still, b: still, z: still });
    await project.sup("update");
    await killSupervisor();
    await killSupervisor();
    expect(await names()).toEqual(["z", "a", "b"]);
    // A start is a new beginning.
    await project.sup("down");
    await project.sup("up", "-d", "--no-watch");
    expect(await names()).toEqual(["a", "b", "z"]);
  });

  test("a command that it was busy with says so, and not that the daemon is gone", async () => {
    const wait = "while [ ! -e go ]; do sleep 0.05; done";
    write({ a: { command: `sh -c 'trap "${wait}; exit 0" TERM; while :; do sleep 0.05; done'`, stopwaitsecs: 600 } });
    await project.sup("up", "--wait");
    const stopping = project.sup("stop", "a");
    const { supervisorPid } = await project.until((status) => status.processes[0]?.state === "STOPPING", "the stop");
    sendSignal(supervisorPid, "SIGKILL");
    const said = await stopping;
    expect(said.exitCode).toBe(1);
    expect(said.stderr).toMatch(/the supervisor process of .* ended before it answered; it is being started again/);
    project.write("go", "");
    await project.until((status) => status.processes[0]?.state === "STOPPED", "the stop to go on");
  });

  test("programs run on, with the same pids, and their deaths meanwhile are acted on", async () => {
    write({ a: { command: "sleep 1000" }, b: { command: "sleep 1001" } });
    await project.sup("up", "--wait");
    const before = await project.status();
    sendSignal(before.supervisorPid, "SIGKILL");
    sendSignal(pidOf(before, "b"), "SIGKILL");
    await killSupervisor();
    const after = await project.until(
      (status) => status.processes.every((one) => one.state === "RUNNING"),
      "b to come back",
    );
    expect(pidOf(after, "a")).toBe(pidOf(before, "a"));
    expect(pidOf(after, "b")).not.toBe(pidOf(before, "b"));
    expect(after.processes.map((one) => one.restarts)).toEqual([0, 1]);
    expect(after.pid).toBe(before.pid);
  });

  test("in the middle of an edit's restart, the program comes back with the new config", async () => {
    write({ p: { command: slow("one") } });
    await project.sup("up", "--wait");
    write({ p: { command: slow("two") } });
    await project.until((status) => status.processes[0]?.state === "STOPPING", "the stop");
    await killSupervisor();
    await project.until((status) => status.processes[0]?.state === "RUNNING", "the program to come back");
    expect(readFileSync(join(project.folder, "starts"), "utf8").trim().split("\n").at(-1)).toBe("two");
  });

  test("in the middle of `sup restart`, the program comes back", async () => {
    write({ p: { command: slow("again") } });
    await project.sup("up", "--wait");
    await project.sup("restart", "p", "--no-wait").catch(() => {});
    void project.spawn(["restart", "p"]);
    await project.until((status) => status.processes[0]?.state === "STOPPING", "the stop");
    await killSupervisor();
    await project.until((status) => status.processes[0]?.state === "RUNNING", "the program to come back");
  });

  test("five times in a minute, the config is left unread, loudly, until somebody asks for it", async () => {
    const evaluated = join(project.folder, "evaluated");
    const config = (seconds: number, trace: string): string =>
      `import { defineConfig } from "sup";\n${trace}export default defineConfig({ programs: { a: { command: "sleep ${seconds}" } } });\n`;
    project.write("supervisor.config.ts", config(1000, ""));
    await project.sup("up", "--wait");
    const before = await project.status();
    for (let death = 0; death < 4; death++) await killSupervisor();
    // The fourth has looked at the config after its start, in a process of its own: that is over once it can be asked to again.
    expect((await project.sup("update")).exitCode).toBe(0);
    // The fifth finds a supervisor that cannot have read this one: it is stopped.
    const { supervisorPid } = await project.status();
    sendSignal(supervisorPid, "SIGSTOP");
    project.write(
      "supervisor.config.ts",
      config(1001, `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(evaluated)}, "");\n`),
    );
    sendSignal(supervisorPid, "SIGKILL");
    const after = await project.until((status) => status.supervisorPid !== supervisorPid, "the next supervisor");
    expect(after.troubles.join()).toContain("the supervisor process keeps dying, so the config is not read: 5 deaths");
    expect(pidOf(after, "a")).toBe(pidOf(before, "a"));
    const { stderr } = await project.sup("status");
    expect(stderr).toContain("trouble: the supervisor process keeps dying");
    expect(existsSync(evaluated)).toBe(false);
    const log = readFileSync(mainLog(), "utf8");
    expect(log).toMatch(/CRIT it died 5 times within a minute: the last good config stays in force, unread/);
    expect((await project.sup("update")).exitCode).toBe(0);
    const updated = await project.status();
    expect(existsSync(evaluated)).toBe(true);
    expect(updated.troubles).toEqual([]);
    expect(pidOf(updated, "a")).not.toBe(pidOf(before, "a"));
  });

  test("stopped by a signal, it answers nobody: whoever asks is told so, and gets the answer when it goes on", async () => {
    write({ a: { command: "sleep 1000" } });
    await project.sup("up", "--wait");
    const { supervisorPid } = await project.status();
    sendSignal(supervisorPid, "SIGSTOP");
    const asking = project.spawn(["status"]);
    const [told] = await once(asking.stderr, "data");
    sendSignal(supervisorPid, "SIGCONT");
    expect(String(told)).toMatch(
      /^sup: the supervisor process of .* does not answer; it is very busy, or stopped by a signal\./,
    );
    const { exitCode, stdout } = await asking;
    expect(stdout).toContain("RUNNING");
    expect(exitCode).toBe(0);
  });

  test.each(["shutdown", "reload"])("in the middle of a %s, that goes on", async (action) => {
    const wait = `trap "while [ ! -e ${project.folder}/go ]; do sleep 0.05; done; exit 0" TERM; while :; do sleep 0.05; done`;
    const conf = project.write(
      "supervisord.conf",
      `[supervisord]\n[unix_http_server]\nfile=%(here)s/s.sock\n[supervisorctl]\nserverurl=unix://%(here)s/s.sock\n` +
        `[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n` +
        ["a", "b"].map((name) => `[program:${name}]\ncommand=sh -c '${wait}'\nstopwaitsecs=600\n`).join("") +
        `[program:c]\ncommand=sleep 1000\npriority=1\n`,
    );
    expect(await project.sup("up", "--wait")).toMatchObject({ exitCode: 0 });
    const before = await project.status();
    await execa(join(root, "bin/supervisorctl"), ["-c", conf, action], { env: project.env, input: "y\n" });
    await project.until((status) => status.processes.some((one) => one.state === "STOPPING"), "the end to begin");
    await killSupervisor();
    project.write("go", "");
    if (action === "shutdown") await untilEnded(before.pid);
    else
      await project.until(
        ({ processes }) => processes.every((one) => one.state === "RUNNING" && one.pid !== pidOf(before, one.name)),
        "all to be started anew",
      );
    for (const { pid } of before.processes) expect(isAlive(pid)).toBe(false);
  });

  test("what was not asked for is not started, and what an operator stopped stays stopped", async () => {
    write({ a: { command: "sleep 1000" }, b: { command: "sleep 1001" }, c: { command: "sleep 1002" } });
    await project.sup("up", "-d", "a", "c");
    await project.until((status) => status.processes.filter((one) => one.state === "RUNNING").length === 2, "a and c");
    await project.sup("stop", "c");
    await killSupervisor();
    const { processes } = await project.status();
    expect(processes.map((one) => one.state)).toEqual(["RUNNING", "STOPPED", "STOPPED"]);
  });
});

describe("when the keeper is killed", () => {
  test("programs run on, and the next `sup up` takes them over without starting anything twice", async () => {
    write({ a: { command: slow("a") }, b: { command: "sleep 1001" } });
    await project.sup("up", "--wait");
    const before = await project.status();
    sendSignal(before.pid, "SIGKILL");
    await untilEnded(before.supervisorPid);
    for (const one of before.processes) expect(isAlive(one.pid)).toBe(true);
    const lost = await project.sup("status");
    expect(lost.exitCode).toBe(3);
    expect(lost.stderr).toContain("2 of its programs");

    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    const after = await project.until(
      (status) => status.processes.every((one) => one.state === "RUNNING"),
      "the adoption",
    );
    expect(after.processes.map((one) => one.pid)).toEqual(before.processes.map((one) => one.pid));
    expect(readFileSync(join(project.folder, "starts"), "utf8")).toBe("a\n");
  });

  test("and the first supervisor of the next one at once, too, the pidfile names that one, and goes with it", async () => {
    const pidfile = join(project.folder, "pid");
    const programs = { a: { command: "sleep 1000" } };
    project.write("supervisor.config.json", JSON.stringify({ supervisord: { pidfile }, programs }));
    await project.sup("up", "--wait");
    const before = await project.status();
    sendSignal(before.pid, "SIGKILL");
    await untilEnded(before.supervisorPid);
    const up = project.spawn(["up", "-d"]);
    let [first] = supervisors();
    for (; first === undefined; [first] = supervisors()) await new Promise((resolve) => setTimeout(resolve, 1));
    sendSignal(first, "SIGKILL");
    expect(await up).toMatchObject({ exitCode: 0 });
    const after = await project.status();
    expect(after.pid).not.toBe(before.pid);
    expect(readFileSync(mainLog(), "utf8")).toContain(
      "the supervisor process died and was started again (1 times by now)",
    );
    expect(readFileSync(pidfile, "utf8")).toBe(`${after.pid}\n`);
    expect(readFileSync(mainLog(), "utf8")).toContain(`supervisord started with pid ${after.pid}`);
    expect(after.processes.map((one) => one.pid)).toEqual(before.processes.map((one) => one.pid));
    await project.sup("down");
    expect(existsSync(pidfile)).toBe(false);
  });

  test("in the middle of a shutdown, and what was being stopped, the next `sup up` starts what that had stopped", async () => {
    write({
      kept: { command: "sleep 1000", priority: 3 },
      last: { command: `sh -c 'trap "[ ! -e go ] || exit" TERM; while :; do sleep 0.1; done'`, stopwaitsecs: 600 },
      first: { command: "sleep 1001", priority: 1001 },
      operators: { command: "sleep 1002" },
    });
    await project.sup("up", "--wait");
    await project.sup("stop", "operators");
    const before = await project.status();
    void project.sup("down");
    const stops = ["STOPPED", "STOPPING"];
    const isGoing = (name: string, { processes }: typeof before): boolean =>
      processes.some((one) => one.name === name && one.state === (name === "first" ? stops[0] : stops[1]));
    await project.until((status) => isGoing("first", status) && isGoing("last", status), "the shutdown to begin");
    sendSignal(before.pid, "SIGKILL");
    sendSignal(before.supervisorPid, "SIGKILL");
    sendSignal(-pidOf(before, "last"), "SIGKILL");
    await untilEnded(before.supervisorPid);

    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    const after = await project.until(
      ({ processes }) => processes.filter((one) => one.state === "RUNNING").length === 3,
      "all but one to run",
    );
    expect(pidOf(after, "kept")).toBe(pidOf(before, "kept"));
    expect(after.processes.find((one) => one.name === "operators")?.state).toBe("STOPPED");
    project.write("go", "");
  });

  test("`sup down` stops them all the same", async () => {
    write({ a: { command: "sleep 1000" } });
    await project.sup("up", "--wait");
    const before = await project.status();
    sendSignal(before.pid, "SIGKILL");
    await untilEnded(before.supervisorPid);
    expect(await project.sup("down")).toMatchObject({ exitCode: 0, stdout: "Stopped." });
    expect(isAlive(pidOf(before, "a"))).toBe(false);
  });
});

describe("sup up", () => {
  test("into a pipe that closes stops everything once and ends", async () => {
    write({ talker: { command: "sh -c 'while :; do echo line; sleep 0.02; done'" } });
    const piped = await execa("bash", ["-o", "pipefail", "-c", `${join(root, "bin/sup")} up | head -3`], {
      cwd: project.folder,
      env: project.env,
      extendEnv: false,
      reject: false,
      timeout: 60_000,
    });
    expect(piped.stdout.split("\n")).toHaveLength(3);
    expect(piped.timedOut).toBe(false);
    expect(piped.exitCode).toBe(141);
    expect((await project.sup("status")).exitCode).toBe(3);
  });

  test("twice at the same moment starts one daemon, and both know it", async () => {
    write({ a: { command: "sleep 1000" } });
    const both = await Promise.all([project.sup("up", "-d"), project.sup("up", "-d")]);
    expect(both.map((one) => one.exitCode)).toEqual([0, 0]);
    const { pid, processes } = await project.status();
    expect(processes).toHaveLength(1);
    expect(both.map((one) => one.stdout).sort()).toEqual([
      "Already running: the config has not changed",
      `Started (pid ${pid}). Stop with: sup down`,
    ]);
  });

  test("twice at the same moment is not in vain for the one because the other is refused", async () => {
    write({ a: { command: "sleep 1000" }, b: { comand: "sleep 1001" } });
    for (const { exitCode, stderr } of await Promise.all([project.sup("up", "-d"), project.sup("up", "-d")])) {
      expect(stderr).toContain("unknown option `comand` in programs.b");
      expect(exitCode).toBe(1);
    }
    write({ a: { command: "sleep 1000" } });
    const [typo, up] = await Promise.all([project.sup("up", "-d", "TYPO"), project.sup("up", "-d", "a")]);
    expect(typo).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("there is no program") });
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect((await project.status()).processes).toHaveLength(1);
  });

  test("of what is on its way down waits for that and starts anew", async () => {
    write({ p: { command: slow("p") } });
    await project.sup("up", "--wait");
    const { pid } = await project.status();
    const down = project.spawn(["down"]);
    await project.until((status) => status.processes[0]?.state === "STOPPING", "the stop");
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    await down;
    expect((await project.status()).pid).not.toBe(pid);
  });

  test("of what is told to end meanwhile starts anew", async () => {
    const exists = (name: string): string => `existsSync(${JSON.stringify(join(project.folder, name))})`;
    project.write(
      "supervisor.config.ts",
      `import { existsSync, writeFileSync } from "node:fs";
if (${exists("slow")} && !${exists("go")}) {
  writeFileSync("asked", "");
  while (!${exists("go")}) await new Promise((resolve) => setTimeout(resolve, 20));
}
export default { programs: { a: { command: "sleep 1000" } } };
`,
    );
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    const { pid } = await project.status();
    project.write("slow", "");
    const again = project.spawn(["up", "-d"]);
    while (!existsSync(join(project.folder, "asked"))) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await project.sup("down")).toMatchObject({ exitCode: 0 });
    project.write("go", "");
    const { exitCode, stdout, stderr } = await again;
    expect(exitCode, stderr).toBe(0);
    const now = (await project.status()).pid;
    expect(now).not.toBe(pid);
    expect(stdout).toBe(`Started (pid ${now}). Stop with: sup down`);
  });

  test("of named programs starts what they depend on", async () => {
    write({
      db: { command: "sleep 1000" },
      web: { command: "sleep 1001", dependsOn: ["db"] },
      other: { command: "sleep 1002" },
    });
    const up = await project.sup("up", "--wait", "--timeout", "30s", "web");
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect((await project.status()).processes.map((one) => one.state)).toEqual(["RUNNING", "STOPPED", "RUNNING"]);
  });
});

describe("a stopped program", () => {
  test("stays stopped when an edit moves it to another group", async () => {
    write({ a: { command: "sleep 1000" }, b: { command: "sleep 1001" } });
    await project.sup("up", "--wait");
    await project.sup("stop", "b");
    write(
      { a: { command: "sleep 1000" }, b: { command: "sleep 1001", environment: { X: "1" } } },
      { g: { programs: ["b"] } },
    );
    const moved = await project.until((status) => status.processes.some((one) => one.namespec === "g:b"), "the move");
    expect(moved.processes.find((one) => one.namespec === "g:b")).toMatchObject({
      state: "STOPPED",
      why: "stopped by an operator",
    });
  });
});
