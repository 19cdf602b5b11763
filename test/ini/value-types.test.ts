import { describe, expect, it } from "vitest";
import type { Converted } from "../../src/ini/value-types.ts";
import * as types from "../../src/ini/value-types.ts";
import type { World } from "../../src/model/world.ts";

const world: World = {
  env: {},
  here: "/etc",
  cwd: "/",
  hostNodeName: "host",
  expandUser: (path) => path.replace(/^~/, "/root"),
  isDirectory: (path) => ["/", "/tmp", "/root"].includes(path),
  findUser: (name) => (["www", "33"].includes(name) ? { uid: 33, gid: 33 } : null),
  findGroup: (name) => (["www", "33"].includes(name) ? 33 : null),
  readEnvFile: () => ({ ok: false, missing: true, reason: "none here" }),
};

type Row = [converter: (text: string, world: World) => Converted<unknown>, text: string, value: unknown];

describe("values", () => {
  const rows: Row[] = [
    ...["yes", "TRUE", "On", "1"].map((text): Row => [types.toBoolean, text, true]),
    ...["no", "False", "OFF", "0"].map((text): Row => [types.toBoolean, text, false]),
    [types.toAutorestart, "UNEXPECTED", "unexpected"],
    [types.toAutorestart, "on", true],
    [types.toInteger, " -1_000 ", -1000],
    [types.toInteger, "+007", 7],
    [types.toInteger, "-0", 0],
    [types.toBytes, "50MB", 52428800],
    [types.toBytes, "1 kb", 1024],
    [types.toBytes, "2gB", 2147483648],
    [types.toBytes, "10", 10],
    [types.toOctal, "022", 18],
    [types.toOctal, "22", 18],
    [types.toOctal, "0o22", 18],
    [types.toDirectory, "~", "/root"],
    [types.toFilePath, "bare.log", "bare.log"],
    [types.toFilePath, "~/x.log", "/root/x.log"],
    [types.toFilePath, "/x", "/x"],
    [types.toLogfile, "Off", "NONE"],
    [types.toLogfile, "none", "NONE"],
    [types.toLogfile, "auto", "AUTO"],
    [types.toLogfile, "SYSLOG", "syslog"],
    [types.toLogfile, "false", "false"],
    [types.toLogLevel, "BLATHER", "blather"],
    [types.toSignal, "sigterm", 15],
    [types.toSignal, "usr2", 12],
    [types.toSignal, "9", 9],
    [types.toSignal, "RTMAX", 64],
    [types.toSignal, "CLD", 17],
    [types.toSignal, "SYS", 31],
    [types.toExitCodes, "", []],
    [types.toExitCodes, " 0 , 255", [0, 255]],
    [types.toUser, "www", 33],
    [types.toUser, "33", 33],
    [types.toName, " a ", "a"],
    [types.toName, "", ""],
    [types.toInetAddress, "9001", { host: "", port: 9001 }],
    [types.toInetAddress, "*:1", { host: "", port: 1 }],
    [types.toInetAddress, ":65535", { host: "", port: 65535 }],
    [types.toInetAddress, "LocalHost:80", { host: "localhost", port: 80 }],
  ];
  it.each(rows)("%o reads %j", (converter, text, value) => {
    expect(converter(text, world)).toEqual({ ok: true, value });
  });
});

describe("messages", () => {
  const rows: [converter: Row[0], text: string, message: string][] = [
    ...["y", "t", "", "enabled", " true"].map((text): [Row[0], string, string] => {
      return [types.toBoolean, text, `not a valid boolean value: '${text}'`];
    }),
    [types.toAutorestart, "Always", "invalid 'autorestart' value 'always'"],
    [types.toInteger, "1.5", "invalid literal for int() with base 10: '1.5'"],
    [types.toInteger, "1__0", "invalid literal for int() with base 10: '1__0'"],
    [types.toInteger, "it's", `invalid literal for int() with base 10: "it's"`],
    [types.toBytes, "5TB", "invalid literal for int() with base 10: '5tb'"],
    [types.toBytes, "1.5MB", "invalid literal for int() with base 10: '1.5'"],
    [types.toBytes, "MB", "invalid literal for int() with base 10: ''"],
    [types.toOctal, "8", "8 can not be converted to an octal type"],
    [types.toDirectory, "/nope", "/nope is not an existing directory"],
    [types.toDirectory, "", " is not an existing directory"],
    [types.toFilePath, "/nope/x", "The directory named as part of the path /nope/x does not exist"],
    [types.toLogLevel, "warning", "bad logging level name 'warning'"],
    [types.toSignal, "NOPE", "value 'NOPE' is not a valid signal name"],
    [types.toSignal, "RTMIN+1", "value 'RTMIN+1' is not a valid signal name"],
    [types.toSignal, "33", "value '33' is not a valid signal number"],
    [types.toExitCodes, "256", "not a valid list of exit codes: '256'"],
    [types.toExitCodes, "0,", "not a valid list of exit codes: '0,'"],
    [types.toUser, "nobody9", "Invalid user name nobody9"],
    [types.toUser, "987", "Invalid user id 987"],
    [types.toName, "a:b", "Invalid name: 'a:b' because of character: ':'"],
    [types.toInetAddress, "x", "not a valid port number: 'x' "],
    [types.toInetAddress, "h:x", "invalid literal for int() with base 10: 'x'"],
    [types.toInetAddress, "h:0", "0 is below lower bound (1)"],
    [types.toInetAddress, "h:65536", "65536 is above upper bound (65535)"],
    [types.toInetAddress, "h:", "no port number specified in ''"],
  ];
  it.each(rows)("%o refuses %j", (converter, text, message) => {
    expect(converter(text, world)).toEqual({ ok: false, message });
  });
});
