import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../support/project.ts";

// What is said about a config before anything runs.

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

const ONE = 'export default { programs: { one: { command: "sleep 1000" } } };';

describe("sup check", () => {
  test("warns of a command and a folder that this machine does not have, and where they are written", async () => {
    project.write(
      "supervisor.config.ts",
      'export default { programs: {\n  web: {\n    command: "no-such-program --port 1",\n    directory: "nowhere",\n  },\n} };\n',
    );
    const { stdout, stderr, exitCode } = await project.sup("check");
    expect(stderr).toContain(
      "supervisor.config.ts:3:14: warning: programs.web.command cannot be started on this machine: " +
        "can't find command 'no-such-program'",
    );
    expect(stderr).toContain("supervisor.config.ts:4:16: warning: programs.web.directory does not exist: ");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("1 process in 1 group, no mistakes, 2 warnings.");
  });

  test("shows what the config prints, and so does sup config print", async () => {
    project.write("supervisor.config.ts", `console.log("hello", [1]);\nconsole.error("to stderr");\n${ONE}`);
    for (const words of [["check"], ["config", "print"]]) {
      const { stdout, stderr, exitCode } = await project.sup(...words);
      expect(stderr.split("\n").sort()).toEqual(["  hello [ 1 ]", "  to stderr", "the config printed:"]);
      expect(stdout).not.toContain("hello");
      expect(exitCode).toBe(0);
    }
  });

  test("does so for a supervisord.conf too", async () => {
    const other = "[program:a]\ncommand=/no/such\n";
    project.write(
      "supervisord.conf",
      `[supervisord]\n[program:web]\ncommand=no-such-program\ndirectory=/nowhere\n${other}`,
    );
    const { stderr, exitCode } = await project.sup("check");
    // From top to bottom, whatever the order of the groups.
    expect([...stderr.matchAll(/conf:(\d+):1: warning/g)].map(([, line]) => line)).toEqual(["3", "4", "6"]);
    expect(stderr).toContain("supervisord.conf:3:1: warning: [program:web] command cannot be started");
    expect(stderr).toContain("supervisord.conf:4:1: warning: [program:web] directory does not exist: /nowhere");
    expect(exitCode).toBe(0);
  });

  test.each([
    ["x.yaml", "programs:\n  web:\n    command: node\n", "YAML"],
    ["config.txt", ONE, "TypeScript or JavaScript"],
  ])("says what %s looks like, and what is read", async (name, text, look) => {
    const file = project.write(name, text);
    for (const words of [["check"], ["up", "-d"], ["import-ini", file]]) {
      const { stderr, exitCode } = await project.sup("-c", file, ...words);
      expect(stderr, words.join(" ")).toContain(`looks like ${look}`);
      expect(stderr).toContain("sup reads supervisor.config.ts (or ");
      expect(stderr).not.toContain("section headers");
      expect(exitCode).toBe(1);
    }
  });
});

test("a config that is passed over is told of where one is chosen, and by no other command", async () => {
  project.write("supervisor.config.js", ONE);
  project.write("supervisord.conf", "[supervisord]\n");
  const told = /using .*supervisor\.config\.js and ignoring supervisord\.conf beside it/;
  for (const words of [["check"], ["up", "--wait"]]) expect((await project.sup(...words)).stderr).toMatch(told);
  for (const words of [["status"], ["ps"], ["logs"], ["stop", "one"], ["start", "one"], ["plan"], ["pid"], ["down"]])
    expect(await project.sup(...words), words.join(" ")).toMatchObject({ exitCode: 0, stderr: "" });
});
