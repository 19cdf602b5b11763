import { expect, it } from "vitest";
import { closest } from "../../src/model/text/suggest.ts";

it.each([
  ["startsec", "startsecs"],
  ["startescs", "startsecs"],
  ["stdout_logfile", "stdoutLogfile"],
  ["Command", "command"],
  ["comand", "command"],
  ["xyz", null],
  ["", null],
  ["x", null],
  ["-x", null],
  ["aa", "a"],
  ["we", "wed"],
])("for %j suggests %j", (word, expected) => {
  expect(closest(word, ["command", "startsecs", "startretries", "stdoutLogfile", "stdoutSyslog", "a", "wed"])).toBe(
    expected,
  );
});
