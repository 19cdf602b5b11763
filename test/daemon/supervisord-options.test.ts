import { describe, expect, test } from "vitest";
import { readSupervisordOptions } from "../../src/daemon/supervisord/options.ts";
import type { World } from "../../src/model/world.ts";

const world: World = {
  env: {},
  here: "/here",
  cwd: "/srv",
  hostNodeName: "host",
  expandUser: (path) => path.replace(/^~/, "/home/me"),
  isDirectory: (path) => ["/srv", "/var", "logs", "/home/me", "/home/me/logs"].includes(path),
  findUser: () => null,
  findGroup: () => null,
  readEnvFile: () => ({ ok: false, missing: true, reason: "none here" }),
};
const read = (...argv: string[]) => readSupervisordOptions(argv, world);

describe("each option becomes a setting over the config", () => {
  test.each([
    [["-n"], { nodaemon: true }],
    [["--silent"], { silent: true }],
    [["-u", "me"], { user: "me" }],
    [["-m", "027"], { umask: 0o27 }],
    [["-d", "/var"], { directory: "/var" }],
    [["-l", "main.log"], { logfile: "/srv/main.log" }],
    [["-l", "~/main.log"], { logfile: "/home/me/main.log" }],
    [["-l", "syslog"], { logfile: "syslog" }],
    [["-l", "SYSLOG"], { logfile: "/srv/SYSLOG" }],
    [["-y", "5KB"], { logfileMaxbytes: 5120 }],
    [["-z", "0"], { logfileBackups: 0 }],
    [["-e", "WARN"], { loglevel: "warn" }],
    [["-j", "/var/x.pid"], { pidfile: "/var/x.pid" }],
    [["-l", "", "--pidfile="], {}],
    [["-i", "other"], { identifier: "other" }],
    [["-q", "logs"], { childlogdir: "/srv/logs" }],
    [["-a", "100"], { minfds: 100 }],
    [["--minprocs=7"], { minprocs: 7 }],
    [["-kt"], { nocleanup: true, stripAnsi: true }],
    [["--profile_options=calls"], {}],
  ])("%j", (argv, overrides) => {
    expect(read(...argv)).toEqual({ kind: "run", options: { configuration: null, overrides } });
  });
});

test("the config is kept as typed: messages name it that way", () => {
  expect(read("-c", "../x.conf")).toMatchObject({ options: { configuration: "../x.conf", overrides: {} } });
});

test("help and version win over what stands behind them, not over what stands in front", () => {
  expect(read("-v", "-z", "x")).toEqual({ kind: "version" });
  expect(read("-?")).toEqual({ kind: "help" });
  expect(() => read("-z", "x", "-v")).toThrow("invalid value for -z 'x'");
});

test("the same setting twice is a conflict, by whichever name", () => {
  expect(() => read("-n", "--nodaemon")).toThrow("conflicting command line option '--nodaemon'");
  expect(() => read("-c", "a", "-c", "a")).toThrow("conflicting command line option '-c'");
});
