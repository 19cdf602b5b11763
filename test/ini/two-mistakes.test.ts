import { describe, expect, it } from "vitest";
import { compareWithSupervisor } from "./same-as-supervisor.ts";
import { writeConfigs } from "./write-configs.ts";

// Supervisor stops at the first mistake: of each two it has to be the one that we tell first.

/** A mistake each, in a part that has nothing to do with the others. */
const MISTAKES: Readonly<Record<string, string>> = {
  minfds: "[supervisord]\nminfds=x\n",
  minprocs: "[supervisord]\nminprocs=x\n",
  directory: "[supervisord]\ndirectory=/nope\n",
  "an unknown user": "[supervisord]\nuser=nobodyatall\n",
  umask: "[supervisord]\numask=9\n",
  logfile: "[supervisord]\nlogfile=/nope/x\n",
  logfile_maxbytes: "[supervisord]\nlogfile_maxbytes=x\n",
  logfile_backups: "[supervisord]\nlogfile_backups=x\n",
  loglevel: "[supervisord]\nloglevel=x\n",
  pidfile: "[supervisord]\npidfile=/nope/x\n",
  identifier: "[supervisord]\nidentifier=%(nope)s\n",
  nodaemon: "[supervisord]\nnodaemon=x\n",
  silent: "[supervisord]\nsilent=x\n",
  childlogdir: "[supervisord]\nchildlogdir=/nope\n",
  nocleanup: "[supervisord]\nnocleanup=x\n",
  strip_ansi: "[supervisord]\nstrip_ansi=x\n",
  environment: "[supervisord]\nenvironment=A\n",
  rpcinterface: "[rpcinterface:x]\ny=1\n",
  "a group": "[group:g]\nprograms=nope\n",
  "a group's priority": "[group:h]\nprograms=\npriority=x\n",
  "a member of a group": "[program:m]\ncommand=x\nstartsecs=x\n[group:i]\nprograms=m\n",
  "a program": "[program:p]\ncommand=x\nstartsecs=x\n",
  "a program's priority": "[program:q]\ncommand=x\npriority=x\n",
  "a listener": "[eventlistener:l]\ncommand=x\n",
  "a listener's program": "[eventlistener:k]\nevents=TICK_5\ncommand=x\nstopwaitsecs=x\n",
  "an fcgi program": "[fcgi-program:f]\ncommand=x\n",
  "an fcgi program's program": "[fcgi-program:e]\ncommand=x\nsocket=tcp://h:1\nstopsignal=x\n",
  "an inet server": "[inet_http_server]\n",
  "an inet server's port": "[inet_http_server:b]\nport=x\n",
  "a unix server": "[unix_http_server]\n",
  "a unix server's chmod": "[unix_http_server:b]\nfile=/tmp/x\nchmod=9\n",
};

/** In one program, with the line that it needs besides. */
const OPTIONS: readonly string[] = [
  "environment=A",
  "directory=%(x)s",
  "serverurl=%(x)s",
  "process_name=a b",
  "command=%(x)s",
  "stdout_logfile=/nope/x",
  "stderr_logfile=/nope/x",
  "stopasgroup=1\nkillasgroup=0",
  ..."priority autostart autorestart startsecs startretries stopsignal stopwaitsecs stopasgroup killasgroup exitcodes"
    .concat(" redirect_stderr numprocs numprocs_start user umask stdout_capture_maxbytes stdout_events_enabled")
    .concat(" stderr_capture_maxbytes stderr_events_enabled stdout_logfile_backups stdout_logfile_maxbytes")
    .concat(" stdout_syslog stderr_logfile_backups stderr_logfile_maxbytes stderr_syslog")
    .split(" ")
    .map((key) => `${key}=x`),
];

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((one, index) => all.slice(index + 1).map((other): [T, T] => [one, other]));
}

/** Names of variables that messages list, and for ours do not. */
const firstOf = (message: unknown): string => String(message).replace(/Available names: .*/, "");

describe("of two mistakes", () => {
  it("in different parts of a file the same is told first, in whichever order they stand", () => {
    const texts = pairs(Object.values(MISTAKES)).flatMap(([one, other]) => [
      `[supervisord]\n${one}${other}`,
      `[supervisord]\n${other}${one}`,
    ]);
    const compared = compareWithSupervisor(writeConfigs(texts));
    expect(compared.length).toBeGreaterThan(900);
    expect(compared.filter(({ ours, theirs }) => firstOf(ours) !== firstOf(theirs))).toEqual([]);
    expect(compared.filter(({ theirs }) => typeof theirs !== "string")).toEqual([]);
  });

  it("in one program the same is told first", () => {
    const texts = pairs(OPTIONS).flatMap(([one, other]) => [`${one}\n${other}\n`, `${other}\n${one}\n`]);
    const files = texts.map(
      (text) => `[supervisord]\n[program:a]\n${/^command/m.test(text) ? "" : "command=x\n"}${text}`,
    );
    const compared = compareWithSupervisor(writeConfigs(files));
    expect(compared.filter(({ ours, theirs }) => firstOf(ours) !== firstOf(theirs))).toEqual([]);
  });
});
