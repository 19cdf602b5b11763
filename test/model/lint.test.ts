import { describe, expect, it } from "vitest";
import { buildModel } from "../../src/model/build/build.ts";
import type { ProgramConfig } from "../../src/model/config.ts";
import { lintModel, type LintScope } from "../../src/model/lint.ts";
import type { Problem } from "../../src/model/problem.ts";
import { testWorld } from "./support/test-world.ts";

function lint(options: Partial<ProgramConfig>, scope: LintScope = "all"): Problem[] {
  const built = buildModel({ programs: { web: { command: "x", ...options } } }, testWorld());
  if (!built.ok) throw new Error(JSON.stringify(built.problems));
  return lintModel(built.value, scope);
}

describe("lintModel", () => {
  it.each<[string, string, string]>([
    ["sh -c 'echo hi", "has an unclosed quote", "close it"],
    ["echo hi\\", "ends with a lone backslash", "double the backslash"],
    ["", "is empty", "node server.js"],
    ["  ", "is empty", "node server.js"],
    ["a | b", "has | in it", "sh -c '...'"],
    ["a && b", "has && in it", "sh -c '...'"],
    ["a || b", "has || in it", "sh -c '...'"],
    ["a > out.log", "has > in it", "sh -c '...'"],
    ["a >> out.log 2>&1", "has >> in it", "sh -c '...'"],
    ["a 2>/dev/null", "has 2>/dev/null in it", "sh -c '...'"],
    ["a < in", "has < in it", "sh -c '...'"],
    ["a ; b", "has ; in it", "sh -c '...'"],
    ["cd /x; b", "has ; in it", "sh -c '...'"],
    ["a &", "has & in it", "sh -c '...'"],
    ["echo $HOME", "has $HOME in it", "%(ENV_HOME)s"],
    ['echo "${HOME}/x"', "has ${HOME} in it", "%(ENV_HOME)s"],
    ["sh -c a && b", "has && in it", "sh -c '...'"],
    ["echo %(progam_name)s", "has %(progam_name)s in it", "%(program_name)s"],
    ["echo %(env_HOME)s", "has %(env_HOME)s in it", "%(ENV_HOME)s"],
    ["echo %(process_number)02d", "has %(process_number)s in it", "%(process_num)s"],
  ])("warns of %j", (command, message, hint) => {
    const [problem, ...more] = lint({ command });
    expect(more).toEqual([]);
    expect(problem?.path).toEqual(["programs", "web", "command"]);
    expect(problem?.message).toContain(message);
    expect(problem?.hint).toContain(hint);
  });

  it.each([
    "node server.js --port=1 --flag a>b",
    "sh -c 'a | b && c > d; echo $HOME'",
    'bash -lc "echo $HOME | cat"',
    'env A=1 /bin/sh -ec "echo $HOME"',
    "grep -F '|' file",
    "awk '{ print $1 }' file",
    String.raw`find . -exec rm {} \;`,
    "find . -exec rm {} ;",
    "git for-each-ref --format=%(refname)s",
    "date +%Y-%m-%d",
    "curl http://x/?a=1&b=2",
    "nginx -g 'daemon off;'",
    'nginx -g "set $remote_addr;"',
    "echo %(program_name)s %%(here)s",
  ])("finds nothing in %j", (command) => {
    expect(lint({ command })).toEqual([]);
  });

  it("tells it once for many processes, and of a variable without its value", () => {
    const found = lint({ command: "a | b", numprocs: 3, environment: { TOKEN: "s3cret %(progam_name)s" } });
    expect(found.map(({ path }) => path?.slice(2))).toEqual([["command"], ["environment", "TOKEN"]]);
    expect(JSON.stringify(found)).not.toContain("s3cret");
  });

  it("tells of files of Supervisor's format only what can never start", () => {
    expect(lint({ command: "a | b" }, "commands")).toEqual([]);
    expect(lint({ command: "a 'b" }, "commands")).toHaveLength(1);
  });
});
