import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCommandLine } from "../../src/ctl/command-line.ts";
import { complete } from "../../src/ctl/completion.ts";
import { ACTIONS } from "../../src/ctl/actions.ts";
import { parseLine } from "../../src/ctl/run-line.ts";
import { isServerUrl, parseServerUrl } from "../../src/ctl/server-address.ts";
import { readSettings } from "../../src/ctl/settings.ts";
import type { ProcessInfo } from "../../src/protocol/process-info.ts";

describe("the command line", () => {
  it.each([
    [["-c", "f", "status", "-x"], { configuration: "f", action: "status -x", hasAction: true }],
    [
      ["-cf", "-iuname", "tail", "-f", "web"],
      { configuration: "f", username: "name", interactive: true, action: "tail -f web" },
    ],
    [["--conf=f", "--pass", "p"], { configuration: "f", password: "p", hasAction: false, action: "" }],
    [["-r", "h"], { historyFile: "h" }],
    [["--history-file=h"], { historyFile: "h" }],
    [["--history_file", "h"], { historyFile: "h" }],
    [["--hist", "h"], { historyFile: "h" }],
    [["--raw", "tail", "web"], { raw: true, action: "tail web" }],
    [["--", "-x"], { action: "-x", hasAction: true }],
    [["-s", "unix:///a/b", ""], { serverurl: "unix:///a/b", action: "", hasAction: true }],
    [["signal HUP", "web"], { action: "signal HUP web" }],
    [["-?"], { help: true }],
  ])("%j is read as it always was", (argv, expected) => {
    expect(parseCommandLine(argv)).toMatchObject(expected);
  });

  it.each([
    [["-x"], "option -x not recognized"],
    [["--bogus"], "option --bogus not recognized"],
    [["-c"], "option -c requires argument"],
    [["--username"], "option --username requires argument"],
    [["-i", "-i"], "conflicting command line option '-i'"],
    [["-s", "X"], "invalid value for -s 'X': value 'X' is not a URL"],
    [["--h=1"], /not a unique prefix|must not have/],
  ])("%j is a mistake", (argv, message) => {
    expect(() => parseCommandLine(argv)).toThrow(message);
  });
});

describe("a server URL", () => {
  it.each([
    ["unix:///run/s.sock", { kind: "unix", path: "/run/s.sock" }],
    ["http://localhost:9001", { kind: "tcp", host: "localhost", port: 9001 }],
    ["http://localhost", { kind: "tcp", host: "localhost", port: 80 }],
    ["http://user:pa:ss@host:1/path?x", { kind: "tcp", host: "host", port: 1 }],
    ["http://[::1]:9001/", { kind: "tcp", host: "::1", port: 9001 }],
    ["http://*:9001", { kind: "tcp", host: "localhost", port: 9001 }],
    ["http://host:", { kind: "tcp", host: "host", port: 80 }],
  ])("%s is an address", (url, expected) => {
    expect(parseServerUrl(url)).toEqual(expected);
  });

  it.each([
    ["https://localhost", "Unknown protocol for serverurl https://localhost"],
    ["unix:/run/s.sock", "Unknown protocol for serverurl unix:/run/s.sock"],
    ["http://host:abc", "Port could not be cast to integer value as 'abc'"],
    ["http://host:-1/x", "Port could not be cast to integer value as '-1'"],
    ["http://host:1:2", "Port could not be cast to integer value as '1:2'"],
    ["http://host:65536", "Port out of range 0-65535"],
  ])("%s is none", (url, message) => {
    expect(() => parseServerUrl(url)).toThrow(message);
  });

  it.each([
    ["unix:///x", true],
    ["unix://x", true],
    ["unix:x", true],
    ["foo:bar", true],
    [" http://x", true],
    ["unix:///", true],
    ["http:///", true],
    ["unix://", false],
    ["http://", false],
    ["http://?x", false],
    ["http:#x", false],
    ["foo:", false],
    ["://", false],
    [":9001", false],
    ["9001", false],
    ["/x", false],
  ])("%j passes as one on the command line: %j", (text, expected) => {
    expect(isServerUrl(text)).toBe(expected);
  });
});

describe("a line", () => {
  it.each([
    ["  ", null],
    ["version;pid", { name: "version", args: ";pid" }],
    ["status,", { name: "status", args: "," }],
    ["?tail", { name: "help", args: "tail" }],
    [" start  a b ", { name: "start", args: "a b" }],
    ["!ls", { name: "", line: "!ls" }],
    ["-x", { name: "", line: "-x" }],
  ])("%j is split at the first character that no action has", (line, expected) => {
    if (expected === null) expect(parseLine(line)).toBe(null);
    else expect(parseLine(line)).toMatchObject(expected);
  });
});

describe("completion", () => {
  const infos = async () => [
    { group: "cat", name: "cat" } as ProcessInfo,
    { group: "grp", name: "a" } as ProcessInfo,
    { group: "grp", name: "b" } as ProcessInfo,
  ];
  it.each([
    ["sta", ["start ", "status "]],
    ["hel", ["help "]],
    ["help ver", ["version "]],
    ["start ", ["cat ", "grp:* ", "grp:a ", "grp:b "]],
    ["start cat grp:", ["grp:* ", "grp:a ", "grp:b "]],
    ["start cat:", ["cat:* ", "cat:cat "]],
    ["update ", ["cat ", "grp "]],
    ["version ", []],
    ["nosuch ", []],
  ])("of %j offers %j", async (line, expected) => {
    expect((await complete(line, ACTIONS, infos))[0]).toEqual(expected);
  });
});

describe("settings", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "settings-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (text: string | null, argv: readonly string[] = []) => {
    const file = join(folder, "supervisord.conf");
    if (text !== null) writeFileSync(file, text);
    const given = parseCommandLine(text === null ? argv : ["-c", file, ...argv]);
    return readSettings(given, { program: join(folder, "bin/supervisorctl"), cwd: folder, env: { PORT: "99" } });
  };

  it("come from the section, with %(here)s and %(ENV_X)s expanded", () => {
    const text =
      "[supervisorctl]\nserverurl=unix://%(here)s/s.sock ; where\nusername=u%(ENV_PORT)s\npassword=p%%\nprompt=p\nhistory_file=~/.h\n";
    expect(read(text)).toEqual({
      serverurl: `unix://${folder}/s.sock`,
      username: "u99",
      password: "p%",
      prompt: "p",
      historyFile: join(homedir(), ".h"),
    });
  });

  it("of the command line come first", () => {
    const text = "[supervisorctl]\nserverurl=http://a:1\nusername=u\npassword=p\n";
    expect(read(text, ["-s", "unix://rel/s", "-u", "v", "-r", "h"])).toEqual({
      serverurl: "unix://rel/s",
      username: "v",
      password: "p",
      prompt: "supervisor",
      historyFile: "h",
    });
  });

  it("are found in etc/ beside the program's folder", () => {
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "etc/supervisord.conf"), "[supervisorctl]\nserverurl=http://etc:1\n");
    writeFileSync(join(folder, "supervisord.conf"), "[supervisorctl]\nserverurl=http://beside:1\n");
    expect(read(null).serverurl).toBe("http://etc:1");
  });

  it.each([
    ["[supervisord]\n", ".ini file does not include supervisorctl section"],
    [
      "[supervisorctl]\nserverurl=http://%(ENV_NOPE)s\n",
      /^Format string 'http:\/\/%\(ENV_NOPE\)s' for 'supervisorctl\.serverurl' contains names \('ENV_NOPE'\) which cannot be expanded\. Available names: ENV_PORT, here$/,
    ],
    ["[supervisorctl]\nprompt=%(here)s\n", "'supervisorctl.prompt' contains names ('here') which cannot be expanded"],
    ["[supervisorctl]\nserverurl=%(x\n", "'supervisorctl.serverurl' is badly formatted: incomplete format key"],
    ["garbage\n", "garbage"],
  ])("of %j are refused", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
