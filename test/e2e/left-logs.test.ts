import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "../support/project.ts";

// What `sup logs` says where no daemon runs.

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

test("sup logs without a daemon says where the logs of its last run are, with the commands that show them", async () => {
  project.write(
    "supervisor.config.ts",
    `export default {
  programs: {
    auto: { command: "sh -c 'echo one; echo two; echo oops >&2; exec sleep 1000'" },
    own: { command: "sh -c 'echo mine; exec sleep 1000'", stdoutLogfile: "%(here)s/it's own.log" },
    mute: { command: "sh -c 'echo lost; exec sleep 1000'", stdoutLogfile: "NONE" },
  },
};
`,
  );
  const nothing = "sup: nothing is running for ";
  const fresh = await project.sup("logs", "auto");
  expect(fresh).toMatchObject({ exitCode: 3, stdout: "" });
  expect(fresh.stderr).toBe(`${nothing}${project.folder}/supervisor.config.ts\nStart it with: sup up`);

  expect((await project.sup("up", "--wait")).exitCode).toBe(0);
  expect((await project.sup("down")).exitCode).toBe(0);
  const { stderr, stdout, exitCode } = await project.sup("logs", "auto", "own", "mute", "-n", "1");
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 3 });
  const commands = [...stderr.matchAll(/^ {2}(\w+ \w+): (tail -n 1 .+)$/gm)];
  const shown = commands.map(([, what, command = ""]) => [what, execFileSync("sh", ["-c", command]).toString()]);
  expect(shown, stderr).toEqual([
    ["auto stdout", "two\n"],
    ["auto stderr", "oops\n"],
    ["own stdout", "mine\n"],
  ]);
  expect(stderr.split("\n")[0]).toContain(nothing);
  expect(stderr.split("\n").at(-1)).toBe("Start it with: sup up");
  expect((await project.sup("logs", "own", "-f")).stderr).toMatch(/^ {2}own stdout: tail -n 20 -F '.*own\.log'$/m);
});
