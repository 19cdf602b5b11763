import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readWithIncludes } from "../../src/ini/include.ts";
import { readIni } from "../../src/ini/read-ini.ts";
import { hostFiles, hostWorld } from "./host.ts";
import { askSupervisor } from "./oracle.ts";

const folder = mkdtempSync(join(tmpdir(), "sup-strict-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = "[supervisord]\n[program:a]\ncommand=x\n";

/** Every place where we refuse what Supervisor accepts, and why. There are no others that we know of. */
const STRICTER: readonly [reason: string, text: string, ours: RegExp][] = [
  ["a header without its bracket renames a program", `${PROGRAM}[program:b\ncommand=y\n`, /begins with "\[" but is no/],
  ["a bare %s puts the whole environment into a command line", `${PROGRAM}directory=%s\n`, /badly formatted/],
  ["a negative count does what nobody means", `${PROGRAM}startsecs=-1\n`, /must not be negative: '-1'/],
  ["a negative size does what nobody means", `${PROGRAM}stdout_logfile_maxbytes=-1MB\n`, /must not be negative/],
  ["a negative mode does what nobody means", `${PROGRAM}umask=-22\n`, /must not be negative/],
  ["signal 0 stops nothing", `${PROGRAM}stopsignal=0\n`, /value '0' is not a valid signal number/],
  ["a pseudo signal is no signal", `${PROGRAM}stopsignal=SIG_IGN\n`, /not a valid signal name/],
  [
    "an empty user name lets everybody in",
    "[supervisord]\n[inet_http_server]\nport=1\nusername=\npassword=x\n",
    /empty username/,
  ],
  [
    "an include that cannot be read loses programs without a word",
    "[supervisord]\n[include]\nfiles=folder.conf\n",
    /could not read included file/,
  ],
  ["a double cannot hold the number", `${PROGRAM}priority=12345678901234567890\n`, /too large/],
  [
    "one program object has one rotation limit",
    `${PROGRAM}numprocs=2\nprocess_name=p%(process_num)d\nstdout_logfile_backups=%(process_num)d\n`,
    /differs from process to process/,
  ],
  [
    "two sections that differ only in blanks are one name",
    `${PROGRAM}[program: a]\ncommand=y\n`,
    /describe 'a' differently/,
  ],
];

it.each(STRICTER)("is stricter than Supervisor because %s", (_, text, message) => {
  mkdirSync(join(folder, "folder.conf"), { recursive: true });
  const file = join(folder, "main.conf");
  writeFileSync(file, text);
  expect(askSupervisor([file])[0]).not.toHaveProperty("error");
  const world = hostWorld(file);
  const included = readWithIncludes(file, hostFiles, world);
  const problems = included.ok ? readIni(included.tree, world).problems : [included.problem];
  expect(problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
  expect(problems[0]?.place).toMatchObject({ file });
});

it("is laxer in one place: a percent sign in a log name is expanded once, not twice", () => {
  const file = join(folder, "percent.conf");
  writeFileSync(file, `${PROGRAM}stdout_logfile=/tmp/100%%.log\n`);
  expect(askSupervisor([file])[0]?.error).toContain("badly formatted");
  const world = hostWorld(file);
  const included = readWithIncludes(file, hostFiles, world);
  const read = included.ok ? readIni(included.tree, world) : null;
  expect(read?.problems).toEqual([]);
});
