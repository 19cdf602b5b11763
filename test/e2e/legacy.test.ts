import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../support/project.ts";

let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

const LEGACY = `; our programs
[supervisord]
logfile=%(here)s/main.log
pidfile=%(here)s/main.pid

[program:cat]
command=/bin/cat ; echoes
priority=5

[program:worker]
command=sh -c "echo %(program_name)s %(process_num)d of %(ENV_TEAM)s; exec sleep 1000"
process_name=%(program_name)s_%(process_num)02d
numprocs=2
environment=TEAM="%(ENV_TEAM)s",MODE=fast
redirect_stderr=true

[group:all]
programs=cat,worker

[include]
files = conf.d/*.conf
`;

describe("a supervisord.conf", () => {
  test("runs as it is, and its import is the same model", async () => {
    project.env["TEAM"] = "blue";
    project.write("supervisord.conf", LEGACY);
    project.write("conf.d/extra.conf", "[program:extra]\ncommand=sleep 1001\n");
    const up = await project.sup("-c", "supervisord.conf", "up", "--wait");
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const status = await project.status();
    expect(status.processes.map((one) => [one.namespec, one.state])).toEqual([
      ["all:cat", "RUNNING"],
      ["all:worker_00", "RUNNING"],
      ["all:worker_01", "RUNNING"],
      ["extra", "RUNNING"],
    ]);
    expect((await project.sup("logs", "all:worker_01")).stdout).toBe("worker 1 of blue");

    // An edit of an included file is an edit.
    project.write("conf.d/extra.conf", "[program:extra]\ncommand=sleep 2001\n");
    const edited = await project.until((one) => one.config.generation === 2, "the edit of an include");
    const pidOf = (of: typeof status, name: string): number | undefined =>
      of.processes.find((one) => one.namespec === name)?.pid;
    expect(pidOf(edited, "extra")).not.toBe(pidOf(status, "extra"));
    expect(pidOf(edited, "all:cat")).toBe(pidOf(status, "all:cat"));
    // A new file that the include's pattern matches is one too.
    project.write("conf.d/more.conf", "[program:more]\ncommand=sleep 2002\n");
    await project.until(
      (one) => one.processes.some((process) => process.namespec === "more" && process.pid !== 0),
      "the new include",
    );
    await project.sup("down");

    const legacy = await project.sup("config", "print");
    expect(legacy.exitCode).toBe(0);
    const imported = await project.sup("import-ini", "supervisord.conf", "-o", "supervisor.config.ts");
    expect(imported, imported.stderr).toMatchObject({ exitCode: 0 });
    const typed = await project.sup("-c", "supervisor.config.ts", "config", "print");
    expect(typed, typed.stderr).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(typed.stdout)).toEqual(JSON.parse(legacy.stdout));
    const again = await project.sup("import-ini", "supervisord.conf", "-o", "supervisor.config.ts");
    expect(again).toMatchObject({ exitCode: 2 });
  });

  test("is refused in Supervisor's words, with its place", async () => {
    project.write("supervisord.conf", "[supervisord]\n\n[program:x]\ncommand=sleep 1\nstartsecs=soon\n");
    const up = await project.sup("up");
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toContain("invalid literal for int() with base 10: 'soon' in section 'program:x'");
    expect(up.stderr).toMatch(/supervisord\.conf:5:\d+/);
  });
});
