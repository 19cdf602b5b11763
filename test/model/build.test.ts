import { describe, expect, it } from "vitest";
import { validateConfig } from "../../src/model/schema/validate.ts";
import { buildModel } from "../../src/model/build/build.ts";
import type { Config, ProgramConfig } from "../../src/model/config.ts";
import type { Model, ProcessSpec } from "../../src/model/model.ts";
import type { Problem } from "../../src/model/problem.ts";
import { testWorld } from "./support/test-world.ts";

function build(config: Config, env: Record<string, string> = {}): Model {
  const result = buildModel(config, testWorld(env));
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join("\n"));
  return result.value;
}

function problemsOf(config: Config): readonly Problem[] {
  const result = buildModel(config, testWorld());
  return result.ok ? [] : result.problems;
}

/** The only process of a program with these options. */
function processOf(options: Partial<ProgramConfig>, env: Record<string, string> = {}): ProcessSpec {
  const process = build({ programs: { web: { command: "x", ...options } } }, env).groups[0]?.processes[0];
  if (process === undefined) throw new Error("no process");
  return process;
}

const keysOf = (model: Model) => model.groups.map((group) => [group.name, ...group.processes.map((one) => one.name)]);

describe("buildModel", () => {
  it("fills in Supervisor's defaults", () => {
    const model = build({ programs: { web: { command: "node server.js" } } });
    const stream = {
      logfile: { kind: "auto" },
      maxbytes: 52_428_800,
      backups: 10,
      captureMaxbytes: 0,
      eventsEnabled: false,
      syslog: false,
    };
    expect(model).toEqual({
      supervisord: {
        logfile: null,
        logfileMaxbytes: 52_428_800,
        logfileBackups: 10,
        loglevel: "info",
        pidfile: null,
        identifier: "supervisor",
        directory: null,
        umask: 0o22,
        user: null,
        nodaemon: false,
        silent: false,
        minfds: 1024,
        minprocs: 200,
        childlogdir: null,
        nocleanup: false,
        stripAnsi: false,
        legacyGetActions: false,
        environment: {},
      },
      servers: [],
      supervisorctl: {
        serverurl: "http://localhost:9001",
        username: null,
        password: null,
        prompt: "supervisor",
        historyFile: null,
      },
      rpcinterfaces: ["supervisor"],
      groups: [
        {
          name: "web",
          kind: "program",
          priority: 999,
          listener: null,
          fcgi: null,
          processes: [
            {
              name: "web",
              group: "web",
              program: "web",
              command: "node server.js",
              directory: null,
              uid: null,
              umask: null,
              priority: 999,
              autostart: true,
              autorestart: "unexpected",
              startsecs: 1,
              startretries: 3,
              backoffMax: null,
              watch: null,
              exitcodes: [0],
              stopsignal: 15,
              stopwaitsecs: 10,
              stopasgroup: false,
              killasgroup: false,
              redirectStderr: false,
              environment: {},
              serverurl: null,
              stdout: stream,
              stderr: stream,
              essential: false,
              dependsOn: [],
              ready: null,
            },
          ],
        },
      ],
    });
  });

  it("is deeply frozen and survives JSON", () => {
    const model = build({
      programs: { web: { command: "x", environment: { A: 1 } } },
      groups: { g: { programs: ["web"] } },
    });
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(model)).toBe(true);
  });

  it.each<[Partial<ProgramConfig>, Partial<ProcessSpec>]>([
    [
      { startsecs: "500ms", stopwaitsecs: "2m" },
      { startsecs: 0.5, stopwaitsecs: 120 },
    ],
    [{ stopsignal: "sigusr1" as never }, { stopsignal: 10 }],
    [{ stopsignal: 9 }, { stopsignal: 9 }],
    [{ exitcodes: 3 }, { exitcodes: [3] }],
    [{ exitcodes: [] }, { exitcodes: [] }],
    [{ umask: "027" }, { umask: 0o27 }],
    [{ umask: 0o27 }, { umask: 0o27 }],
    [{ user: "web" }, { uid: 1000 }],
    [{ user: 1000 }, { uid: 1000 }],
    [{ user: "1000" }, { uid: 1000 }],
    [{ stopasgroup: true }, { stopasgroup: true, killasgroup: true }],
    [{ serverurl: " auto " }, { serverurl: null }],
    [{ serverurl: "" }, { serverurl: "" }],
    [{ command: "date +%Y %(program_name)s %(here)s" }, { command: "date +%Y web /etc" }],
    [{ directory: "~/%(host_node_name)s" }, { directory: "~/box" }],
    [{ directory: "" }, { directory: null }],
    [{ environment: { A: 1, B: true, C: "%(process_num)03d" } }, { environment: { A: "1", B: "true", C: "000" } }],
    [{ watch: "src" }, { watch: { folder: "/etc", patterns: ["src"] } }],
    [{ watch: ["%(program_name)s/*.js", "!x"] }, { watch: { folder: "/etc", patterns: ["web/*.js", "!x"] } }],
    [{ watch: "%(process_num)d/%(ENV_A)s", environment: { A: "x" } }, { watch: { folder: "/etc", patterns: ["0/x"] } }],
    [{ envFile: "app.env" }, { environment: { COLOR: "blue", PORT: "1" } }],
    [{ envFile: ["app.env", "/etc/more.env"] }, { environment: { COLOR: "blue", PORT: "2" } }],
    [{ envFile: { path: "%(here)s/none.env", required: false } }, { environment: {} }],
    [
      { command: "run %(ENV_PORT)s", envFile: "app.env", environment: { PORT: "9%(ENV_PORT)s" } },
      { command: "run 91", environment: { COLOR: "blue", PORT: "91" } },
    ],
    [{ dependsOn: ["web2"] }, { dependsOn: [{ program: "web2", condition: "started" }] }],
    [
      { health: { ready: { tcp: 5432, timeout: "3s" } } },
      { ready: { check: { kind: "tcp", host: "127.0.0.1", port: 5432 }, interval: 1, timeout: 3 } },
    ],
    [
      { health: { ready: { tcp: "[::1]:80" } } },
      { ready: { check: { kind: "tcp", host: "::1", port: 80 }, interval: 1, timeout: 1 } },
    ],
    [
      {
        environment: { PORT: "81" },
        health: { ready: { http: "http://%(program_name)s:%(ENV_PORT)s/%(group_name)s" } },
      },
      { ready: { check: { kind: "http", url: "http://web:81/web" }, interval: 1, timeout: 1 } },
    ],
  ])("converts %j", (options, expected) => {
    const programs = { web: { command: "x", ...options }, web2: { command: "y" } };
    const [process] = build({ programs }).groups.find((group) => group.name === "web")?.processes ?? [];
    expect(process).toMatchObject(expected);
  });

  it.each(["127.0.0.1:1", "127.9.8.7:1", "localhost:1", "[::1]:1", "::1:1"])(
    "needs no password on %s, where no other machine comes",
    (port) => expect(build({ inetHttpServer: { port } }).servers).toMatchObject([{ port: 1, insecure: false }]),
  );

  it("names the very server of two that are called alike, also behind one that is wrong", () => {
    const server = (name: string, port: string) => ({ name, port: `127.0.0.1:${port}` });
    const inetHttpServer = [server("a", "x"), server("b", "1"), server("b", "2")];
    const unixHttpServer = [{ file: "/tmp/a.sock" }, { file: "/tmp/b.sock" }];
    const paths = problemsOf({ inetHttpServer, unixHttpServer }).map(({ path }) => path);
    expect(paths).toEqual([
      ["inetHttpServer", 0, "port"],
      ["inetHttpServer", 2],
      ["unixHttpServer", 1],
    ]);
  });

  it.each([
    [
      { http: "http://127.0.0.1:30%(process_num)02d/" },
      (number: string) => ({ url: `http://127.0.0.1:300${number}/` }),
    ],
    [{ tcp: "%(ENV_PORT)s" }, (number: string) => ({ port: Number(`300${number}`) })],
    [{ exec: "check %(process_num)d" }, (number: string) => ({ command: `check ${number}` })],
    [{ log: "web_%(process_num)d: up" }, (number: string) => ({ pattern: `web_${number}: up` })],
  ])("finds out whether each copy of a program is ready by itself: %j", (ready, check) => {
    const environment = { PORT: "30%(process_num)02d" };
    const programs = { web: { command: "x", numprocs: 2, environment, health: { ready } } };
    expect(validateConfig({ programs })).toMatchObject({ ok: true });
    const [web] = build({ programs }).groups;
    const found = web?.processes.map((process) => process.ready?.check);
    expect(found).toEqual([expect.objectContaining(check("0")), expect.objectContaining(check("1"))]);
  });

  it.each([
    ["AUTO", { kind: "auto" }, false],
    ["none", { kind: "none" }, false],
    ["off", { kind: "none" }, false],
    ["syslog", { kind: "none" }, true],
    ["/var/log/%(program_name)s-%Y.log", { kind: "file", path: "/var/log/web-%Y.log" }, false],
    ["relative.log", { kind: "file", path: "relative.log" }, false],
    ["~/web.log", { kind: "file", path: "/home/web/web.log" }, false],
  ])("sends output to %s", (stdoutLogfile, logfile, syslog) => {
    expect(processOf({ stdoutLogfile }).stdout).toMatchObject({ logfile, syslog });
  });

  it("expands a log file once, so that a variable may hold a percent sign", () => {
    const process = processOf({ stdoutLogfile: "/tmp/%(ENV_NAME)s" }, { NAME: "100%(here)s%" });
    expect(process.stdout.logfile).toEqual({ kind: "file", path: "/tmp/100%(here)s%" });
  });

  it("changes to no folder if a variable leaves the name of one empty", () => {
    expect(processOf({ directory: "%(ENV_FOLDER)s" }, { FOLDER: "" }).directory).toBeNull();
  });

  it("has no log of its own for a stderr that is redirected", () => {
    expect(processOf({ redirectStderr: true, stderrLogfile: "/tmp/e.log" }).stderr.logfile).toEqual({ kind: "none" });
  });

  it("lets programs see the daemon's variables, the global ones and their own", () => {
    const model = build(
      {
        supervisord: { environment: { ROOT: "/srv/%(ENV_USER)s", A: "global" } },
        programs: {
          web: { command: "%(ENV_ROOT)s/%(ENV_PATH)s", environment: { PATH: "/x:%(ENV_PATH)s", A: "own" } },
        },
      },
      { USER: "me" },
    );
    expect(model.groups[0]?.processes[0]).toMatchObject({
      command: "/srv/me//x:/usr/bin",
      environment: { ROOT: "/srv/me", A: "own", PATH: "/x:/usr/bin" },
    });
    expect(model.supervisord.environment).toEqual({ ROOT: "/srv/me", A: "global" });
  });

  it("makes copies, sorted by name as text", () => {
    const copies = { command: "x %(process_num)d/%(numprocs)d", numprocs: 3, numprocsStart: 9 };
    const model = build({ programs: { a: { ...copies, processName: "a_%(process_num)d" }, b: copies } });
    expect(keysOf(model)).toEqual([
      ["a", "a_10", "a_11", "a_9"],
      ["b", "b_09", "b_10", "b_11"],
    ]);
    expect(model.groups[1]?.processes[0]?.command).toBe("x 9/3");
  });

  it("accepts no copies at all, and an empty group", () => {
    expect(
      keysOf(build({ programs: { web: { command: "x", numprocs: 0 } }, groups: { g: { programs: [] } } })),
    ).toEqual([["g"], ["web"]]);
  });

  it("sorts groups by priority and name, and keeps the written order inside a group", () => {
    const model = build({
      programs: {
        a: { command: "x", priority: 5 },
        b: { command: "x", priority: 1 },
        z: { command: "x" },
        solo: { command: "x", priority: 2 },
      },
      groups: { late: { programs: ["z", "a", "b"] }, early: { programs: [], priority: -5 } },
      eventlisteners: { mail: { command: "m", events: ["tick_5" as never, "TICK_5", "EVENT"] } },
      fcgiPrograms: { php: { command: "p", socket: "tcp://LOCALHOST:9000" } },
    });
    expect(keysOf(model)).toEqual([
      ["early"],
      ["mail", "mail"],
      ["solo", "solo"],
      ["late", "z", "a", "b"],
      ["php", "php"],
    ]);
    const [, mail] = model.groups;
    expect(mail).toMatchObject({
      kind: "eventlistener",
      priority: -1,
      listener: { events: ["TICK_5", "EVENT"], bufferSize: 10 },
    });
    expect(mail?.processes[0]?.priority).toBe(999);
    expect(model.groups[4]?.fcgi).toEqual({
      socket: { kind: "tcp", host: "localhost", port: 9000 },
      owner: null,
      mode: 0o700,
      backlog: null,
    });
  });

  it("runs a program that is in two groups twice", () => {
    const model = build({
      programs: { a: { command: "%(group_name)s" } },
      groups: { x: { programs: ["a"] }, y: { programs: ["a"] } },
    });
    expect(model.groups.map((group) => group.processes[0]?.command)).toEqual(["x", "y"]);
  });

  it("gives an fcgi-program that is alone in a group its socket", () => {
    const model = build({
      fcgiPrograms: { php: { command: "p", socket: "unix:///tmp/../tmp/%(program_name)s", user: "web" } },
      groups: { g: { programs: ["php"] } },
    });
    expect(model.groups).toMatchObject([
      {
        name: "g",
        kind: "fcgi",
        fcgi: { socket: { kind: "unix", path: "/tmp/php" }, owner: { uid: 1000, gid: 1000 } },
      },
    ]);
  });

  it("lists servers inet before unix, each in the order written", () => {
    const model = build(
      {
        unixHttpServer: { file: "run/%(ENV_N)s.sock", chmod: "0770", chown: "web:root" },
        inetHttpServer: [
          { port: "*:9001", insecure: true },
          { name: "b", port: 9002, username: "u", password: "p%w" },
        ],
      },
      { N: "n" },
    );
    expect(model.servers).toEqual([
      {
        kind: "inet",
        section: "inet_http_server",
        host: "",
        port: 9001,
        username: null,
        password: null,
        insecure: true,
      },
      {
        kind: "inet",
        section: "inet_http_server:b",
        host: "",
        port: 9002,
        username: "u",
        password: "p%w",
        insecure: false,
      },
      {
        kind: "unix",
        section: "unix_http_server",
        file: "/srv/run/n.sock",
        chmod: 0o770,
        chown: { uid: 1000, gid: 0 },
        username: null,
        password: null,
      },
    ]);
  });
});

const web = (options: Partial<ProgramConfig>): Config => ({ programs: { web: { command: "x", ...options } } });

describe("buildModel refuses", () => {
  it.each<[Config, string, Problem["path"]]>([
    [
      web({ numprocs: 2, processName: "x" }),
      "%(process_num) must be present within process_name when numprocs > 1",
      ["programs", "web", "processName"],
    ],
    [
      web({ stopasgroup: true, killasgroup: false }),
      "Cannot set stopasgroup=true and killasgroup=false",
      ["programs", "web", "killasgroup"],
    ],
    [web({ user: "nobody" }), "Invalid user name nobody", ["programs", "web", "user"]],
    [web({ user: 77 }), "Invalid user id 77", ["programs", "web", "user"]],
    [
      web({ stopsignal: "NOPE" as never }),
      "value 'NOPE' is not a valid signal name",
      ["programs", "web", "stopsignal"],
    ],
    [web({ stopsignal: 0 as never }), "value '0' is not a valid signal number", ["programs", "web", "stopsignal"]],
    [web({ startsecs: -1 }), "startsecs must not be negative: -1", ["programs", "web", "startsecs"]],
    [
      web({ stdoutLogfileBackups: -1 }),
      "stdoutLogfileBackups must not be negative: -1",
      ["programs", "web", "stdoutLogfileBackups"],
    ],
    [
      web({ stdoutLogfile: "/nope/x.log" }),
      "The directory named as part of the path /nope/x.log does not exist",
      ["programs", "web", "stdoutLogfile"],
    ],
    [web({ processName: "a b" }), "Invalid name: 'a b' because of character: ' '", ["programs", "web", "processName"]],
    [
      web({ processName: "%(here)s" }),
      "Invalid name: '/etc' because of character: '/'",
      ["programs", "web", "processName"],
    ],
    [
      { programs: { "a:b": { command: "x", processName: "y" } } },
      "Invalid name: 'a:b' because of character: ':'",
      ["programs", "a:b"],
    ],
    [
      { programs: { "a\ud800": { command: "x" } } },
      "Invalid name: 'a\\ud800' contains half a character, a lone surrogate",
      ["programs", "a\ud800"],
    ],
    [{ groups: { "": { programs: [] } } }, "Invalid name: a name must not be empty", ["groups", ""]],
    [
      { programs: { a: { command: "x" } }, groups: { g: { programs: ["a", "b"] } } },
      "[group:g] names unknown program or fcgi-program b",
      ["groups", "g", "programs", 1],
    ],
    [
      { programs: { a: { command: "x" }, g: { command: "x" } }, groups: { g: { programs: ["a"] } } },
      "groups.g and programs.g are two groups with the same name",
      ["programs", "g"],
    ],
    [
      { programs: { a: { command: "x" } }, groups: { g: { programs: ["a", "a"] } } },
      "group g has two processes called a (of a)",
      ["groups", "g"],
    ],
    [
      { eventlisteners: { m: { command: "x", events: [] } } },
      '[eventlistener:m] section requires an "events" line',
      ["eventlisteners", "m", "events"],
    ],
    [
      { eventlisteners: { m: { command: "x", events: ["TICK_6" as never] } } },
      "Unknown event type TICK_6 in [eventlistener:m] events",
      ["eventlisteners", "m", "events", 0],
    ],
    [
      { eventlisteners: { m: { command: "x", events: ["TICK"], bufferSize: 0 } } },
      "[eventlistener:m] section sets invalid buffer_size (0)",
      ["eventlisteners", "m", "bufferSize"],
    ],
    [
      { eventlisteners: { m: { command: "x", events: ["TICK"], redirectStderr: true } } },
      "[eventlistener:m] section sets redirect_stderr=true but this is not allowed because it will interfere with the eventlistener protocol",
      ["eventlisteners", "m", "redirectStderr"],
    ],
    [
      { fcgiPrograms: { f: { command: "x", socket: "http://x" } } },
      "Bad socket format 'http://x' in [fcgi-program:f] socket",
      ["fcgiPrograms", "f", "socket"],
    ],
    [
      { fcgiPrograms: { f: { command: "x", socket: "tcp://x:99999" } } },
      "99999 is above upper bound (65535) in [fcgi-program:f] socket",
      ["fcgiPrograms", "f", "socket"],
    ],
    [
      { fcgiPrograms: { f: { command: "x", socket: "tcp://x:1", socketMode: "0700" } } },
      "socket_owner and socket_mode params should only be used with a Unix domain socket in [fcgi-program:f] socket",
      ["fcgiPrograms", "f", "socket"],
    ],
    [{ inetHttpServer: { port: "x:0" } }, "not a valid port number: '0'", ["inetHttpServer", "port"]],
    [
      { inetHttpServer: { port: 9001 } },
      "server [inet_http_server] has no password, and other machines can reach it on every address",
      ["inetHttpServer"],
    ],
    [
      { inetHttpServer: { port: "box:9001" } },
      "server [inet_http_server] has no password, and other machines can reach box",
      ["inetHttpServer"],
    ],
    [
      { inetHttpServer: [{ port: "127.0.0.1:1" }, { port: "localhost:2" }] },
      "two servers are called [inet_http_server]",
      ["inetHttpServer", 1],
    ],
    [
      { unixHttpServer: { file: "/tmp/s", username: "u" } },
      "Section [unix_http_server] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified",
      ["unixHttpServer"],
    ],
    [
      { unixHttpServer: { file: "/tmp/s", username: "", password: "p" } },
      "Section [unix_http_server] has an empty username",
      ["unixHttpServer", "username"],
    ],
    [{ unixHttpServer: { file: "/tmp/s", chown: "x" } }, "Invalid sockchown value x", ["unixHttpServer", "chown"]],
    [{ supervisord: { childlogdir: "/nope" } }, "/nope is not an existing directory", ["supervisord", "childlogdir"]],
    [{ supervisord: { directory: "" } }, " is not an existing directory", ["supervisord", "directory"]],
    [web({ dependsOn: ["wep"] }), "programs.web depends on unknown program wep", ["programs", "web", "dependsOn", 0]],
    [web({ watch: ["!src"] }), "nothing is watched", ["programs", "web", "watch"]],
    [web({ dependsOn: ["web"] }), "programs.web depends on itself", ["programs", "web", "dependsOn", 0]],
    [
      { programs: { db: { command: "x" }, web: { command: "x", dependsOn: ["db", "web"] } } },
      "programs.web depends on itself",
      ["programs", "web", "dependsOn", 1],
    ],
    [web({ dependsOn: { web: "ready" } }), "programs.web depends on itself", ["programs", "web", "dependsOn", "web"]],
    ...["a:b", "a b", ""].flatMap((name): [Config, string, (string | number)[]][] => {
      const character = [" ", ":"].find((one) => name.includes(one));
      const message =
        character === undefined
          ? "Invalid name: a name must not be empty"
          : `Invalid name: '${name}' because of character: '${character}'`;
      return [
        [{ programs: { [name]: { command: "x" } } }, message, ["programs", name]],
        [{ programs: { [name]: { command: "x", numprocs: 2 } } }, message, ["programs", name]],
        [
          {
            programs: { web: { command: "x", processName: "%(group_name)s_1" } },
            groups: { [name]: { programs: ["web"] } },
          },
          message,
          ["groups", name],
        ],
      ];
    }),
    [
      web({ health: { ready: {} } }),
      "a readiness check is exactly one of http, tcp, exec and log, found none",
      ["programs", "web", "health", "ready"],
    ],
    [
      web({ health: { ready: { tcp: 1, exec: "x" } } }),
      "a readiness check is exactly one of http, tcp, exec and log, found tcp and exec",
      ["programs", "web", "health", "ready"],
    ],
    [
      web({ health: { ready: { tcp: "host:0" } } }),
      "host:0 is not a port",
      ["programs", "web", "health", "ready", "tcp"],
    ],
    [
      web({ environment: { PORT: "none" }, health: { ready: { tcp: "host:%(ENV_PORT)s" } } }),
      "host:none is not a port",
      ["programs", "web", "health", "ready", "tcp"],
    ],
    [
      web({ environment: { PORT: "none" }, health: { ready: { http: "http://host:%(ENV_PORT)s/" } } }),
      "http://host:none/ is not a URL",
      ["programs", "web", "health", "ready", "http"],
    ],
    [
      { inetHttpServer: { port: "127.0.0.1:%(ENV_NOPE)s" } },
      "Format string '127.0.0.1:%(ENV_NOPE)s' for 'inet_http_server.port' contains names ('ENV_NOPE') which cannot be expanded. Available names: ENV_*",
      ["inetHttpServer", "port"],
    ],
    [
      web({ health: { ready: { tcp: "%(ENV_NOPE)s" } } }),
      "Format string '%(ENV_NOPE)s' for 'health.ready.tcp' contains names ('ENV_NOPE') which cannot be expanded. Available names: ENV_*, group_name, here, host_node_name, numprocs, process_num, program_name",
      ["programs", "web", "health", "ready", "tcp"],
    ],
  ])("%j", (config, message, path) => {
    expect(problemsOf(config).map((problem) => [problem.message, problem.path])).toEqual([[message, path]]);
  });

  it.each([
    [web({ user: "nope" }), "there is no such user on this machine"],
    [web({ stopsignal: "TERMM" as never }), "did you mean `TERM`?"],
    [web({ stopsignal: "SIGUSSR1" as never }), "did you mean `USR1`?"],
    [web({ stopsignal: "please end" as never }), 'a name such as "TERM", "INT" or "KILL", or a number'],
  ])("%j, with a hint", (config, hint) => {
    expect(problemsOf(config).map((problem) => problem.hint)).toEqual([hint]);
  });

  it("a variable that is not set, naming it", () => {
    const [problem, ...more] = problemsOf(web({ command: "x %(ENV_NOPE)s" }));
    expect(more).toEqual([]);
    expect(problem?.message).toContain("contains names ('ENV_NOPE') which cannot be expanded");
  });

  it("a circle of dependencies, and prints it", () => {
    const programs = {
      a: { command: "x", dependsOn: ["b"] },
      b: { command: "x", dependsOn: { c: "ready" } },
      c: { command: "x", dependsOn: ["a"] },
      d: { command: "x", dependsOn: ["a"] },
    } as const;
    expect(problemsOf({ programs }).map((problem) => problem.message)).toEqual([
      "programs wait for one another in a circle: a -> b -> c -> a",
    ]);
  });

  it("a group that mixes an fcgi-program with others", () => {
    const config: Config = {
      programs: { a: { command: "x" } },
      fcgiPrograms: { f: { command: "x", socket: "tcp://x:1" } },
      groups: { g: { programs: ["a", "f"] } },
    };
    expect(problemsOf(config)).toMatchObject([{ path: ["groups", "g", "programs", 1] }]);
  });

  it("everything that is wrong at once, each mistake told once", () => {
    const config: Config = {
      programs: { a: { command: "x", user: "nobody", stopsignal: "X" as never, numprocs: 3 } },
      groups: { g: { programs: ["a", "zz"] }, h: { programs: ["a"] } },
    };
    expect(problemsOf(config)).toHaveLength(3);
  });
});
