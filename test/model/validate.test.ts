import { describe, expect, it } from "vitest";
import { validateConfig } from "../../src/model/schema/validate.ts";

const web = (options: object) => ({ programs: { web: { command: "node server.js", ...options } } });

function problemsOf(value: unknown): { message: string; hint?: string }[] {
  const result = validateConfig(value);
  return result.ok
    ? []
    : result.problems.map(({ message, hint }) => ({ message, ...(hint !== undefined && { hint }) }));
}

describe("validateConfig", () => {
  it("accepts every kind of value that is documented", () => {
    const config = {
      $schema: "./supervisor.config.schema.json",
      supervisord: { logfileMaxbytes: "50MB", umask: "022", environment: { A: 1, B: true, C: "x" }, loglevel: "debug" },
      unixHttpServer: [
        { file: "/tmp/a.sock", chmod: 0o700 },
        { name: "two", file: "/tmp/b.sock" },
      ],
      inetHttpServer: { port: "*:9001", username: "u", password: "p" },
      supervisorctl: { serverurl: "unix:///tmp/a.sock" },
      rpcinterface: ["supervisor"],
      programs: {
        db: { command: "redis-server", startsecs: "500ms", stopsignal: "SIGINT", exitcodes: [0, 2], user: 0 },
        web: {
          command: "node server.js",
          autorestart: "unexpected",
          exitcodes: 0,
          user: undefined,
          stdoutLogfile: "AUTO",
          stdoutLogfileMaxbytes: 0,
          dependsOn: { db: "ready" },
          health: { ready: { http: "http://127.0.0.1:3000/healthz", interval: 0.5, timeout: "2s" } },
        },
        job: { command: "true", dependsOn: ["db"] },
      },
      groups: { all: { programs: ["web", "job"], priority: -5 } },
      fcgiPrograms: { php: { command: "php-fpm", socket: "unix:///tmp/php.sock", socketBacklog: 100 } },
      eventlisteners: { mail: { command: "mailer", events: ["PROCESS_STATE_EXITED", "tick_5"], bufferSize: 5 } },
    };
    expect(validateConfig(config)).toEqual({ ok: true, value: config });
  });

  it.each([
    [{ http: "ftp://x" }, 'http must be a URL that begins with http:// or https://, found "ftp://x"'],
    [{ http: "http://x:y/" }, 'http must be a URL that begins with http:// or https://, found "http://x:y/"'],
    [{ tcp: "x:y" }, 'tcp must be a port from 1 to 65535, or "host:port", found "x:y"'],
  ])("sees what no variable can mend: %j", (ready, message) => {
    const problems = problemsOf(web({ health: { ready } }));
    expect(problems.map((problem) => problem.message)).toEqual([`programs.web.health.ready.${message}`]);
  });

  it.each(["programs", "groups", "fcgiPrograms", "eventlisteners", "listeners"])(
    "refuses the name __proto__ in %s, which would be lost without a word",
    (part) => {
      const named = JSON.parse('{ "__proto__": { "command": "x", "stratsecs": 1 } }') as object;
      const message = `${part}.__proto__ is not a name that can be used here`;
      const problems = problemsOf({ ...web({ startsecs: -1 }), [part]: named });
      expect(problems.map((problem) => problem.message)).toContain(message);
      if (part !== "programs") expect(problems).toHaveLength(2);
      const result = validateConfig({ [part]: named });
      expect(result).toMatchObject({ ok: false, problems: [{ path: [part, "__proto__"], at: "key" }] });
    },
  );

  it.each([
    ["cron_restart", /^a listener of TICK_60/],
    ["max_memory_restart", /^a listener of TICK_60/],
    ["exec_mode", /^fcgiPrograms share a socket/],
  ])("says of %s, for which there is no option, what to do instead", (option, hint) => {
    expect(problemsOf(web({ [option]: "x" }))).toEqual([
      { message: `unknown option \`${option}\` in programs.web`, hint: expect.stringMatching(hint) as string },
    ]);
  });

  it("names an unknown option and the one that was meant", () => {
    expect(problemsOf(web({ startsec: 1 }))).toEqual([
      { message: "unknown option `startsec` in programs.web", hint: "did you mean `startsecs`?" },
    ]);
    expect(problemsOf(web({ stdout_logfile: "x" }))).toEqual([
      { message: "unknown option `stdout_logfile` in programs.web", hint: "did you mean `stdoutLogfile`?" },
    ]);
    expect(problemsOf({ program: {} })).toEqual([
      { message: "unknown option `program` in the config", hint: "did you mean `programs`?" },
    ]);
  });

  it.each<[object, string, string]>([
    [web({ cwd: "/" }), "unknown option `cwd` in programs.web", "directory"],
    [web({ working_dir: "/" }), "unknown option `working_dir` in programs.web", "directory"],
    [web({ env: {} }), "unknown option `env` in programs.web", "environment"],
    [web({ replicas: 2 }), "unknown option `replicas` in programs.web", "numprocs"],
    [web({ healthcheck: {} }), "unknown option `healthcheck` in programs.web", "health"],
    [web({ health: { readiness: {} } }), "unknown option `readiness` in programs.web.health", "ready"],
    [web({ health: { ready: { url: "x" } } }), "unknown option `url` in programs.web.health.ready", "http"],
    [{ programs: { web: { cmd: "x" } } }, "unknown option `cmd` in programs.web", "command"],
    [{ services: {} }, "unknown option `services` in the config", "programs"],
    [{ processes: {} }, "unknown option `processes` in the config", "programs"],
    [web({ processes: 2 }), "unknown option `processes` in programs.web", "numprocs"],
    [
      web({ autorestart: "always" }),
      'programs.web.autorestart must be true, false or "unexpected", found "always"',
      "true",
    ],
    [
      web({ autorestart: "on-failure" }),
      'programs.web.autorestart must be true, false or "unexpected", found "on-failure"',
      '"unexpected"',
    ],
    [web({ autostart: "no" }), 'programs.web.autostart must be true or false, found "no"', "false"],
    [
      web({ dependsOn: { web: "service_healthy" } }),
      'programs.web.dependsOn.web must be "started", "ready" or "completed", found "service_healthy"',
      '"ready"',
    ],
  ])("knows the words of others: %j", (config, message, meant) => {
    expect(problemsOf(config)).toEqual([{ message, hint: `did you mean \`${meant}\`?` }]);
  });

  it("takes a misspelt option that is required for one mistake, not for two", () => {
    expect(problemsOf({ programs: { web: { comand: "x" } } })).toEqual([
      { message: "unknown option `comand` in programs.web", hint: "did you mean `command`?" },
    ]);
    expect(problemsOf({ programs: { web: { comand: "x" }, job: {} } }).map(({ message }) => message)).toEqual([
      "unknown option `comand` in programs.web",
      "programs.job.command is missing",
    ]);
    expect(problemsOf({ programs: { web: { unheardOf: "x" } } }).map(({ message }) => message)).toEqual([
      "programs.web.command is missing",
      "unknown option `unheardOf` in programs.web",
    ]);
  });

  it("looks into lists of servers for what is wrong", () => {
    expect(problemsOf({ unixHttpServer: [{ fil: "/x" }] })).toEqual([
      { message: "unknown option `fil` in unixHttpServer[0]", hint: "did you mean `file`?" },
    ]);
    expect(problemsOf({ unixHttpServer: { file: "/x", chmo: 1 } })).toEqual([
      { message: "unknown option `chmo` in unixHttpServer", hint: "did you mean `chmod`?" },
    ]);
  });

  it.each([
    [
      web({ startsecs: -1 }),
      'programs.web.startsecs must be a number of seconds, or text such as "500ms", "10s", "2m" or "1h", found -1',
    ],
    [
      web({ startsecs: "10 seconds" }),
      'programs.web.startsecs must be a number of seconds, or text such as "500ms", "10s", "2m" or "1h", found "10 seconds"',
    ],
    [
      web({ stdoutLogfileMaxbytes: "50M" }),
      'programs.web.stdoutLogfileMaxbytes must be a number of bytes, or text such as "100KB", "50MB" or "1GB", found "50M"',
    ],
    [web({ autostart: "yes" }), 'programs.web.autostart must be true or false, found "yes"'],
    [web({ numprocs: 1.5 }), "programs.web.numprocs must be a whole number, 0 or more, found 1.5"],
    [web({ numprocs: -1 }), "programs.web.numprocs must be a whole number, 0 or more, found -1"],
    [web({ umask: "9" }), 'programs.web.umask must be octal permissions such as "022" or 0o22, found "9"'],
    [web({ exitcodes: [0, 256] }), "programs.web.exitcodes[1] must be an exit status from 0 to 255, found 256"],
    [web({ command: "a\0b" }), 'programs.web.command must be text without NUL characters, found "a\\u0000b"'],
    [
      web({ dependsOn: { db: "up" } }),
      'programs.web.dependsOn.db must be "started", "ready" or "completed", found "up"',
    ],
    [{ programs: { "my-app": {} } }, 'programs["my-app"].command is missing'],
    [{ programs: [] }, "programs must be an object, found a list"],
    [{ groups: { g: { programs: "web" } } }, 'groups.g.programs must be a list of program names, found "web"'],
    [null, "the config must be an object, found null"],
    [
      { inetHttpServer: { port: 70000 } },
      'inetHttpServer.port must be a port from 1 to 65535, or "host:port", found 70000',
    ],
  ])("says of %j what is wrong", (value, message) => {
    expect(problemsOf(value).map((problem) => problem.message)).toEqual([message]);
  });

  it("tells all mistakes at once", () => {
    const problems = problemsOf({ ...web({ startsec: 1, autostart: 1 }), groups: { g: {} }, x: 1 });
    expect(problems.map((problem) => problem.message)).toHaveLength(4);
  });

  it("never repeats what is in an environment or a password", () => {
    const value = {
      ...web({ environment: { TOKEN: ["s3cret"], OTHER: { deep: "s3cret" } } }),
      inetHttpServer: { port: 9001, username: "u", password: 12345678 },
      supervisord: { environment: "TOKEN=s3cret" },
    };
    const result = JSON.stringify(validateConfig(value));
    expect(result).not.toContain("s3cret");
    expect(result).not.toContain("12345678");
    expect(problemsOf(value)).toHaveLength(4);
  });
});
