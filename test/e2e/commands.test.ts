import { execa } from "execa";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAlive, Project, seen } from "../support/project.ts";

// Every command against one running project. The tests build on one another only where a title says so.

const root = resolve(import.meta.dirname, "../..");
let project: Project;

beforeAll(async () => {
  project = new Project();
  project.write(
    "supervisor.config.ts",
    `import { defineConfig } from "sup";
export default defineConfig({
  programs: {
    talker: { command: "sh -c 'for i in 1 2 3 4 5; do echo line $i; done; echo oops >&2; exec sleep 1000'" },
    hup: { command: "sh -c 'trap \\"echo got HUP\\" HUP; echo armed; while :; do sleep 0.05; done'", stopasgroup: true },
    copies: { command: "sleep 1001", numprocs: 2, processName: "%(program_name)s_%(process_num)d" },
    off: { command: "sleep 1002", autostart: false },
    missing: { command: "no-such-command-anywhere", autostart: false, startretries: 0 },
    base: { command: "sleep 1003", autostart: false },
    needy: { command: "sleep 1004", autostart: false, dependsOn: { base: "started" } },
  },
  groups: { pair: { programs: ["talker", "copies"] } },
});
`,
  );
  const up = await project.sup("up", "--wait");
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
});
afterAll(() => project.close());

describe("sup status", () => {
  test("prints plain columns to a pipe: name, state, pid, description", async () => {
    const { stdout, exitCode } = await project.sup("status", "pair:*");
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      ["pair:talker", "RUNNING"],
      ["pair:copies_0", "RUNNING"],
      ["pair:copies_1", "RUNNING"],
    ]);
    expect(stdout).not.toContain("\u001b");
  });

  test("draws a table with colours on a terminal", async () => {
    const script = {
      command: [join(root, "bin/sup"), "status", "off"],
      steps: [{ expect: "STOPPED" }, { expectEnd: true }],
    };
    const drive = await execa("python3", [join(root, "test/support/drive_terminal.py"), JSON.stringify(script)], {
      cwd: project.folder,
      env: { ...project.env, TERM: "xterm" },
      extendEnv: false,
    });
    const { output, status } = JSON.parse(drive.stdout) as { output: string; status: number };
    expect(status).toBe(0);
    expect(output).toContain("┌");
    expect(output).toContain("\u001b[");
  });

  test("says why a program is not running", async () => {
    const { stdout } = await project.sup("status", "off");
    expect(stdout).toMatch(/^off +STOPPED +- +not started$/);
  });

  test("refuses a name that does not exist", async () => {
    expect(await project.sup("status", "nobody")).toMatchObject({
      exitCode: 1,
      stderr: "sup: there is no program, process or group nobody",
    });
    for (const words of [["status"], ["stop"], ["restart"], ["logs", "hup"], ["pid", "hup"], ["ps"], ["up", "-d"]])
      expect(await project.sup(...words, "talkr"), words.join(" ")).toMatchObject({
        exitCode: 1,
        stdout: "",
        stderr: "sup: there is no program, process or group talkr (did you mean talker?)",
      });
  });

  test("works from a folder below the config, and elsewhere with -c", async () => {
    const below = join(project.folder, "a/b");
    mkdirSync(below, { recursive: true });
    expect((await project.spawn(["status"], { cwd: below })).exitCode).toBe(0);
    const elsewhere = await project.spawn(["-c", join(project.folder, "supervisor.config.ts"), "status"], { cwd: "/" });
    expect(elsewhere.exitCode).toBe(0);
  });
});

describe("sup start, stop, restart, signal, pid", () => {
  test("start and stop one program and say so", async () => {
    expect(await project.sup("start", "off")).toMatchObject({ exitCode: 0, stdout: "off: started" });
    const pid = Number((await project.sup("pid", "off")).stdout);
    expect(isAlive(pid)).toBe(true);
    expect(await project.sup("stop", "off")).toMatchObject({ exitCode: 0, stdout: "off: stopped" });
    expect(isAlive(pid)).toBe(false);
    expect(await project.sup("pid", "off")).toMatchObject({ exitCode: 1, stdout: "0" });
    expect(await project.sup("stop", "off")).toMatchObject({ exitCode: 1, stdout: "off: not running" });
  });

  test("start says what is wrong with a command that does not exist", async () => {
    const { exitCode, stdout } = await project.sup("start", "missing");
    expect(exitCode).toBe(1);
    expect(stdout).toBe("missing: can't find command 'no-such-command-anywhere'");
  });

  test("start brings up what a program depends on", async () => {
    expect(await project.sup("start", "needy")).toMatchObject({ exitCode: 0 });
    const { stdout } = await project.sup("status", "base", "needy");
    expect(stdout.match(/RUNNING/g)).toHaveLength(2);
    await project.sup("stop", "needy", "base");
  });

  test("restart starts what is stopped of what a program depends on, unless told not to", async () => {
    const said = "needy: restarted";
    expect(await project.sup("restart", "needy")).toMatchObject({ exitCode: 0, stdout: said, stderr: "" });
    expect((await project.sup("status", "base", "needy")).stdout.match(/RUNNING/g)).toHaveLength(2);
    const pid = (await project.sup("pid", "base")).stdout;
    expect(await project.sup("restart", "needy")).toMatchObject({ exitCode: 0, stdout: said });
    expect((await project.sup("pid", "base")).stdout).toBe(pid);
    await project.sup("stop", "base");
    expect(await project.sup("restart", "--no-deps", "needy")).toMatchObject({ exitCode: 0, stdout: said });
    expect(await project.sup("status", "base")).toMatchObject({ stdout: expect.stringMatching(/^base +STOPPED/) });
    await project.sup("stop", "needy");
  });

  test("a group is meant by its bare name, by every command", async () => {
    const members = ["pair:talker", "pair:copies_0", "pair:copies_1"];
    const namesIn = (text: string): string[] => text.split("\n").map((line) => /^[^ ]+?(?=:? )/.exec(line)?.[0] ?? "");
    for (const words of [["status"], ["restart"], ["stop"], ["start"]]) {
      const { stdout, exitCode } = await project.sup(...words, "pair");
      expect(namesIn(stdout), words.join(" ")).toEqual(members);
      expect(exitCode).toBe(0);
    }
    expect((await project.sup("signal", "CONT", "pair")).stdout.split("\n")).toHaveLength(3);
    expect((await project.sup("pid", "pair")).stdout.split("\n")).toHaveLength(3);
    expect((await project.sup("ps", "pair")).stdout.match(/^pair:.* RUNNING$/gm)).toHaveLength(3);
    await seenInLog("pair:talker", "oops");
    expect((await project.sup("logs", "pair", "-n", "1")).stdout).toMatch(/^pair:talker +\| line 5$/m);
    expect(await project.sup("up", "-d", "pair")).toMatchObject({ exitCode: 0, stderr: "" });
    // Of a group, and of a program's copies, those are meant that run.
    await project.sup("stop", "pair:copies_1");
    expect(await project.sup("stop", "pair")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^pair:copies_1: not running$/m),
    });
    expect(await project.sup("stop", "copies")).toMatchObject({ exitCode: 0 });
    expect(await project.sup("stop", "pair:copies_0")).toMatchObject({ exitCode: 1 });
    expect(await project.sup("start", "pair")).toMatchObject({ exitCode: 0 });
  });

  test("restart gives new pids to a whole group and to nobody else", async () => {
    const before = (await project.status()).processes;
    const restarted = await project.sup("restart", "pair:*");
    expect(restarted, restarted.stderr).toMatchObject({ exitCode: 0 });
    const after = (await project.status()).processes;
    for (const one of before.filter((process) => process.pid !== 0)) {
      const now = after.find((other) => other.namespec === one.namespec)?.pid;
      if (one.namespec.startsWith("pair:")) expect(now).not.toBe(one.pid);
      else expect(now).toBe(one.pid);
    }
  });

  test("signal reaches the program", async () => {
    await seenInLog("hup", "armed");
    expect(await project.sup("signal", "HUP", "hup")).toMatchObject({ exitCode: 0, stdout: "hup: signalled" });
    await seenInLog("hup", "got HUP");
    const wrong = await project.sup("signal", "NOSUCH", "hup");
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain("there is no signal NOSUCH");
    expect((await project.sup("signal", "TREM", "hup")).stderr).toBe(
      "sup: there is no signal TREM (did you mean TERM?)",
    );
  });

  test("pid without a name is the daemon's", async () => {
    const { pid } = await project.status();
    expect((await project.sup("pid")).stdout).toBe(String(pid));
  });
});

describe("sup logs", () => {
  test("shows the last lines of a program, without prefix if it is one", async () => {
    await seenInLog("pair:talker", "oops");
    const { stdout } = await project.sup("logs", "pair:talker", "-n", "1");
    expect(stdout.split("\n").sort()).toEqual(["line 5", "oops"]);
  });

  test("prefixes the lines of several programs", async () => {
    const { stdout } = await project.sup("logs", "pair:talker", "hup", "-n", "1");
    expect(stdout).toMatch(/^pair:talker \| line 5$/m);
    expect(stdout).toMatch(/^hup {9}\| /m);
  });

  test("follows what comes, each line once", async () => {
    const follow = project.spawn(["logs", "pair:talker", "-f", "-n", "0", "--json"]);
    await seen(follow, /"open"/);
    await project.sup("restart", "pair:talker");
    const last = Buffer.from("oops\n").toString("base64");
    await seen(follow, new RegExp(last));
    follow.kill("SIGINT");
    const { stdout, exitCode } = await follow;
    expect(exitCode).toBe(0);
    const items = stdout.split("\n").map((line) => JSON.parse(line) as { type: string; stream: string; data: string });
    const text = items
      .filter((item) => item.stream === "stdout")
      .map((item) => Buffer.from(item.data, "base64").toString());
    expect(text.join("")).toBe("line 1\nline 2\nline 3\nline 4\nline 5\n");
  });
});

describe("sup shell", () => {
  test("is supervisorctl on this project", async () => {
    const once = await project.sup("shell", "status", "hup");
    expect(once.stdout).toMatch(/^hup +RUNNING +pid \d+, uptime/);
    const script = {
      command: [join(root, "bin/sup"), "shell"],
      steps: [{ expect: "sup> " }, { send: "pid\n" }, { expect: "sup> " }, { send: "quit\n" }, { expectEnd: true }],
    };
    const drive = await execa("python3", [join(root, "test/support/drive_terminal.py"), JSON.stringify(script)], {
      cwd: project.folder,
      env: { ...project.env, TERM: "xterm" },
      extendEnv: false,
    });
    const { output, status } = JSON.parse(drive.stdout) as { output: string; status: number };
    expect(status).toBe(0);
    expect(output).toContain(String((await project.status()).pid));
  });
});

describe("sup plan, reread, update", () => {
  test("plan shows an edit without making it; update makes it; what was stopped stays stopped", async () => {
    await project.sup("down");
    const up = await project.sup("up", "--wait", "--no-watch");
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    await project.sup("stop", "pair:copies_0");
    const file = join(project.folder, "supervisor.config.ts");
    const text = readFileSync(file, "utf8");
    project.write(
      "supervisor.config.ts",
      text
        .replace("sleep 1001", "sleep 2001")
        .replace('off: { command: "sleep 1002",', 'off: { command: "sleep 1002", stopwaitsecs: 3,'),
    );

    const planned = await project.sup("plan");
    expect(planned.stdout).toContain("~ pair:copies_0: restart");
    expect(planned.stdout).toContain("~ pair:copies_1: restart");
    expect(planned.stdout).toContain("command: sleep 1001 -> sleep 2001");
    expect(planned.stdout).toContain(". off: change in place");
    expect((await project.sup("reread")).stdout).toBe("off: changed\npair: changed");

    const before = await project.status();
    const updated = await project.sup("update");
    expect(updated, updated.stderr).toMatchObject({ exitCode: 0, stdout: planned.stdout });
    const after = await project.status();
    const pidIn = (status: typeof after, name: string): number | undefined =>
      status.processes.find((one) => one.namespec === name)?.pid;
    expect(pidIn(after, "pair:copies_0")).toBe(0);
    expect(pidIn(after, "pair:copies_1")).not.toBe(pidIn(before, "pair:copies_1"));
    expect(pidIn(after, "pair:talker")).toBe(pidIn(before, "pair:talker"));
    expect((await project.sup("plan")).stdout).toBe("Nothing has changed.");
  });
});

describe("a daemon that is not there", () => {
  test("makes down end with 0, and all others with 3 and advice", async () => {
    const empty = new Project();
    empty.write("supervisor.config.json", '{ "programs": {} }');
    expect((await empty.sup("status")).exitCode).toBe(3);
    expect(await empty.sup("down")).toMatchObject({ exitCode: 0, stdout: "Nothing is running." });
    const start = await empty.sup("start", "all");
    expect(start.exitCode).toBe(3);
    expect((await empty.sup("logs")).exitCode).toBe(3);
    expect(start.stderr).toContain("Start it with: sup up");
    await empty.close();
  });

  test("wrong use ends with 2, also where help is asked for", async () => {
    for (const words of [["nosuch"], ["nosuch", "--help"], ["help", "nosuch"], ["up", "--nosuch"], ["start"]]) {
      const wrong = await project.sup(...words);
      expect(wrong.exitCode, words.join(" ")).toBe(2);
      expect(wrong.stderr).toMatch(/^error: .*\n`sup --help` lists the commands/);
    }
  });

  test("help that was rendered when sup was built is the help of the commands that were built", async () => {
    const { createProgram, helpTexts } = createRequire(import.meta.url)(join(root, "dist/commands.cjs"));
    const built = JSON.parse(readFileSync(join(root, "dist/help.json"), "utf8"));
    const printed = ({ narrow }: { readonly narrow: string }) => narrow.replace(/\n$/, "");
    expect(built).toEqual(helpTexts(createProgram(() => {})));
    expect(await project.sup("help", "up")).toMatchObject({ exitCode: 0, stdout: printed(built.up) });
    expect(await project.sup("--help")).toMatchObject({ exitCode: 0, stdout: printed(built[""]) });
    expect(built[""].narrow).toContain("Exit status:");
    // By commander, since more is said.
    const other = await project.sup("--runtime-dir", project.folder, "up", "--help");
    expect(other).toMatchObject({ exitCode: 0, stdout: printed(built.up) });
  });

  test("and no config anywhere ends with 2 and advice", async () => {
    const lost = await project.spawn(["status"], { cwd: "/" });
    expect(lost.exitCode).toBe(2);
    expect(lost.stderr).toContain("sup init");
  });
});

async function seenInLog(name: string, text: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { stdout } = await project.sup("logs", name, "--raw");
    if (stdout.includes(text)) return;
    if (Date.now() > deadline) throw new Error(`${name} never said ${text}, only:\n${stdout}`);
  }
}
