import { describe, expect, test } from "vitest";
import { getopt, usageErrorText } from "../../src/daemon/supervisord/getopt.ts";

const SHORT = "hc:nz:";
const LONG = ["help", "configuration=", "nodaemon", "logfile=", "logfile_maxbytes=", "log"];
const read = (...argv: string[]) => getopt(argv, SHORT, LONG);

describe("what Python's getopt accepts", () => {
  test.each<[string[], [string, string][], string[]]>([
    [[], [], []],
    [["-n"], [["-n", ""]], []],
    [
      ["-nh"],
      [
        ["-n", ""],
        ["-h", ""],
      ],
      [],
    ],
    [["-cfile"], [["-c", "file"]], []],
    [["-c", "file"], [["-c", "file"]], []],
    [["-c", "-n"], [["-c", "-n"]], []],
    [
      ["-nc", "x"],
      [
        ["-n", ""],
        ["-c", "x"],
      ],
      [],
    ],
    [["--configuration=a=b"], [["--configuration", "a=b"]], []],
    [["--configuration", ""], [["--configuration", ""]], []],
    [["--conf", "x"], [["--configuration", "x"]], []],
    [["--log"], [["--log", ""]], []],
    [["--logfile", "x"], [["--logfile", "x"]], []],
    [["-n", "stop", "-h"], [["-n", ""]], ["stop", "-h"]],
    [["--", "-n"], [], ["-n"]],
    [["-"], [], ["-"]],
  ])("%j", (argv, options, rest) => {
    expect(read(...argv)).toEqual({ options: options.map(([name, value]) => ({ name, value })), rest });
  });
});

describe("what it refuses, in its words", () => {
  test.each([
    [["-x"], "option -x not recognized"],
    [["-:"], "option -: not recognized"],
    [["-nx"], "option -x not recognized"],
    [["-é"], "option -é not recognized"],
    [["-c"], "option -c requires argument"],
    [["--bogus"], "option --bogus not recognized"],
    [["--configuration"], "option --configuration requires argument"],
    [["--conf"], "option --configuration requires argument"],
    [["--logf", "x"], "option --logf not a unique prefix"],
    [["--nodaemon=1"], "option --nodaemon must not have an argument"],
    [["--noda=1"], "option --nodaemon must not have an argument"],
  ])("%j", (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
  });
});

test("a refusal is one line for each reason and one that says where help is", () => {
  expect(usageErrorText(["a", "b"], "./supervisord")).toBe("Error: a\nError: b\nFor help, use ./supervisord -h\n");
});
