import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { readWithIncludes, type FileAccess } from "../../src/ini/include.ts";
import { keysOf, optionName, sectionKind } from "../../src/ini/key-table.ts";
import { readIni } from "../../src/ini/read-ini.ts";
import { buildModel } from "../../src/model/build/build.ts";
import type { Config } from "../../src/model/config.ts";
import type { Model } from "../../src/model/model.ts";
import { configSchema } from "../../src/model/schema/schema.ts";
import { validateConfig } from "../../src/model/schema/validate.ts";
import { hostWorld } from "./host.ts";

// Every option of every section: known, and the same in Supervisor's format and in TypeScript.

const FILE = "/tmp/every-key.conf";
const world = hostWorld(FILE);

/** Text of an option, its value in TypeScript, and what else has to stand beside it. */
type Case = readonly [ini: string, typescript: unknown, beside?: Readonly<Record<string, [string, unknown]>>];

const STREAM = (stream: string): Record<string, Case> => ({
  [`${stream}_logfile`]: [`/tmp/${stream}.log`, `/tmp/${stream}.log`],
  [`${stream}_logfile_maxbytes`]: ["2MB", "2MB"],
  [`${stream}_logfile_backups`]: ["3", 3],
  [`${stream}_capture_maxbytes`]: ["1KB", 1024],
  [`${stream}_events_enabled`]: ["on", true],
  [`${stream}_syslog`]: ["true", true],
});

const PROGRAM: Record<string, Case> = {
  command: ["/bin/other", "/bin/other"],
  process_name: ["p%(process_num)s", "p%(process_num)s"],
  numprocs: ["2", 2, { process_name: ["%(process_num)s", "%(process_num)s"] }],
  numprocs_start: ["5", 5, { process_name: ["%(process_num)s", "%(process_num)s"] }],
  priority: ["7", 7],
  autostart: ["no", false],
  autorestart: ["true", true],
  startsecs: ["4", 4],
  startretries: ["9", 9],
  exitcodes: ["0,2", [0, 2]],
  stopsignal: ["usr1", "USR1"],
  stopwaitsecs: ["33", 33],
  stopasgroup: ["yes", true],
  killasgroup: ["1", true],
  user: ["nobody", "nobody"],
  directory: ["/var", "/var"],
  umask: ["027", "027"],
  environment: ['A="1",B=two', { A: "1", B: "two" }],
  serverurl: ["http://x:1", "http://x:1"],
  redirect_stderr: ["true", true],
  ...STREAM("stdout"),
  ...STREAM("stderr"),
};

const SERVER: Record<string, Case> = {
  username: ["u", "u", { password: ["p", "p"] }],
  password: ["p", "p", { username: ["u", "u"] }],
};

interface Section {
  readonly header: string;
  /** What it needs at least. */
  readonly base: Readonly<Record<string, [string, unknown]>>;
  /** Where its options stand in a config in TypeScript. */
  readonly place: (options: object) => Config;
  readonly schema: string;
  readonly options: Readonly<Record<string, Case>>;
  /** Accepted where it stands, and without effect there, as in Supervisor. */
  readonly idle?: readonly string[];
}

const SECTIONS: readonly Section[] = [
  {
    header: "supervisord",
    base: {},
    place: (supervisord) => ({ supervisord }),
    schema: "supervisord",
    options: {
      logfile: ["/tmp/l", "/tmp/l"],
      logfile_maxbytes: ["1MB", "1MB"],
      logfile_backups: ["2", 2],
      loglevel: ["debug", "debug"],
      pidfile: ["/tmp/p", "/tmp/p"],
      umask: ["077", "077"],
      nodaemon: ["true", true],
      silent: ["true", true],
      minfds: ["5", 5],
      minprocs: ["6", 6],
      nocleanup: ["true", true],
      childlogdir: ["/var", "/var"],
      user: ["nobody", "nobody"],
      directory: ["/var", "/var"],
      strip_ansi: ["true", true],
      environment: ["A=1", { A: "1" }],
      identifier: ["me", "me"],
    },
  },
  {
    header: "unix_http_server",
    base: { file: ["/tmp/s.sock", "/tmp/s.sock"] },
    place: (one) => ({ unixHttpServer: one as never }),
    schema: "unixHttpServer",
    options: {
      file: ["/tmp/t.sock", "/tmp/t.sock"],
      chmod: ["0770", "0770"],
      chown: ["nobody:nogroup", "nobody:nogroup"],
      ...SERVER,
    },
  },
  {
    header: "inet_http_server",
    base: { port: ["127.0.0.1:9001", "127.0.0.1:9001"] },
    place: (one) => ({ inetHttpServer: one as never }),
    schema: "inetHttpServer",
    options: { port: ["127.0.0.1:9002", "127.0.0.1:9002"], ...SERVER },
  },
  {
    header: "program:x",
    base: { command: ["/bin/x", "/bin/x"] },
    place: (x) => ({ programs: { x: x as never } }),
    schema: "programs",
    options: PROGRAM,
  },
  {
    header: "fcgi-program:x",
    base: { command: ["/bin/x", "/bin/x"], socket: ["unix:///tmp/x.sock", "unix:///tmp/x.sock"] },
    place: (x) => ({ fcgiPrograms: { x: x as never } }),
    schema: "fcgiPrograms",
    options: {
      ...PROGRAM,
      socket: ["tcp://localhost:9", "tcp://localhost:9"],
      socket_owner: ["nobody:nogroup", "nobody:nogroup"],
      socket_mode: ["0770", "0770"],
      socket_backlog: ["12", 12],
    },
  },
  {
    header: "eventlistener:x",
    base: { command: ["/bin/x", "/bin/x"], events: ["TICK_5", ["TICK_5"]] },
    place: (x) => ({ eventlisteners: { x: x as never } }),
    schema: "eventlisteners",
    options: {
      ...PROGRAM,
      redirect_stderr: ["false", false],
      events: ["TICK_60,PROCESS_LOG", ["TICK_60", "PROCESS_LOG"]],
      buffer_size: ["44", 44],
    },
    idle: ["redirect_stderr", "stdout_capture_maxbytes", "stdout_events_enabled", "stdout_syslog"],
  },
  {
    header: "group:g",
    base: {},
    place: (g) => ({ programs: { x: { command: "/bin/x" } }, groups: { g: { programs: [], ...g } as never } }),
    schema: "groups",
    options: { programs: ["x", ["x"]], priority: ["5", 5] },
  },
];

const CTL = {
  serverurl: ["unix:///tmp/s", "unix:///tmp/s"],
  username: ["u", "u"],
  password: ["p", "p"],
  prompt: ["here", "here"],
  history_file: ["/tmp/h", "/tmp/h"],
} as const;

function files(text: string): FileAccess {
  return {
    read: (file) => (file === FILE ? { ok: true, text } : { ok: false, reason: "none" }),
    glob: () => [],
  };
}

/** What a config in Supervisor's format says. */
function readConfig(text: string): Config {
  const included = readWithIncludes(FILE, files(text), world);
  if (!included.ok) throw new Error(JSON.stringify(included));
  const { config, problems } = readIni(included.tree, world);
  expect(problems).toEqual([]);
  return config;
}

function modelOf(config: Config): Model {
  expect(validateConfig(config)).toMatchObject({ ok: true });
  const built = buildModel(config, world);
  if (!built.ok) throw new Error(JSON.stringify(built.problems));
  return built.value;
}

function iniOf(section: Section, options: Readonly<Record<string, string>>): string {
  const lines = Object.entries(options).map(([key, value]) => `${key}=${value}\n`);
  const others = section.header.startsWith("group") ? "[program:x]\ncommand=/bin/x\n" : "";
  const head = section.header === "supervisord" ? "" : "[supervisord]\n";
  return `${head}${others}[${section.header}]\n${lines.join("")}`;
}

/** Options of ours; and `result_handler`, whose only value is what is done without it. */
const OTHERS = new Set(["essential", "legacy_get_actions", "result_handler"]);

/** Supervisor's format trusts a server without a password, as Supervisor does; TypeScript asks for a word. */
const serversOf = (model: Model) => model.servers.map((server) => ({ ...server, insecure: null }));

describe.each(SECTIONS)("[$header]", (section) => {
  const { base, options, idle = [] } = section;
  const kind = sectionKind(section.header);
  const known = kind === null ? [] : (keysOf(kind) ?? []).map(({ key }) => key);

  it("has no option that this test does not know, but for our own", () => {
    expect(known.filter((key) => !(key in options) && !OTHERS.has(key))).toEqual([]);
  });

  it.each(Object.entries(options))("%s", (key, [ini, typescript, beside = {}]) => {
    expect(known).toContain(key);
    expect(schemaKeys(section.schema)).toContain(optionName(key));
    const all = { ...base, ...beside, [key]: [ini, typescript] as const };
    const texts = Object.fromEntries(Object.entries(all).map(([name, [text]]) => [name, text]));
    const values = Object.fromEntries(Object.entries(all).map(([name, [, value]]) => [optionName(name), value]));
    const fromIni = modelOf(readConfig(iniOf(section, texts)));
    // The ini file has a section for remote calls or not; a config in TypeScript has them by itself.
    const fromTypeScript = { ...modelOf(section.place(values)), rpcinterfaces: fromIni.rpcinterfaces };
    expect(fromTypeScript.groups).toEqual(fromIni.groups);
    expect(serversOf(fromTypeScript)).toEqual(serversOf(fromIni));
    if (section.header === "supervisord") {
      expect(fromTypeScript.supervisord[optionName(key) as never]).toEqual(
        fromIni.supervisord[optionName(key) as never],
      );
    }
    // And it means something: without it the model is another one.
    const { [key]: _, ...without } = { ...base, ...beside };
    const left = Object.fromEntries(Object.entries({ ...without, ...(key in base ? { [key]: base[key]! } : {}) }));
    if (key in SERVER || idle.includes(key)) return;
    const plain = modelOf(
      readConfig(iniOf(section, Object.fromEntries(Object.entries(left).map(([name, [text]]) => [name, text])))),
    );
    expect(plain).not.toEqual(fromIni);
  });
});

it.each(Object.entries(CTL))("[supervisorctl] %s", (key, [ini, typescript]) => {
  expect((keysOf("supervisorctl") ?? []).map((one) => one.key)).toContain(key);
  const { supervisorctl } = readConfig(`[supervisord]\n[supervisorctl]\n${key}=${ini}\n`);
  expect(supervisorctl?.[optionName(key) as keyof typeof supervisorctl]).toEqual(typescript);
  expect(validateConfig({ supervisorctl: { [optionName(key)]: typescript } })).toMatchObject({ ok: true });
});

it("the remote interface is the built-in one, in both", () => {
  const text =
    "[supervisord]\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n";
  expect(modelOf(readConfig(text)).rpcinterfaces).toEqual(["supervisor"]);
  expect(modelOf({ rpcinterface: ["supervisor"] }).rpcinterfaces).toEqual(["supervisor"]);
});

it("the only result handler is the built-in one", () => {
  const text = (handler: string): string =>
    `[supervisord]\n[eventlistener:x]\ncommand=/bin/x\nevents=TICK_5\nresult_handler=${handler}\n`;
  expect(() => modelOf(readConfig(text("supervisor.dispatchers:default_handler")))).not.toThrow();
  const included = readWithIncludes(FILE, files(text("mine:handler")), world);
  expect(included.ok && readIni(included.tree, world).problems).toHaveLength(1);
});

it("several servers of each kind, in both", () => {
  const text =
    "[supervisord]\n[inet_http_server:a]\nport=127.0.0.1:1\n[inet_http_server:b]\nport=127.0.0.1:2\n" +
    "[unix_http_server:a]\nfile=/tmp/a\n[unix_http_server:b]\nfile=/tmp/b\n";
  const config: Config = {
    inetHttpServer: [
      { name: "a", port: "127.0.0.1:1" },
      { name: "b", port: "127.0.0.1:2" },
    ],
    unixHttpServer: [
      { name: "a", file: "/tmp/a" },
      { name: "b", file: "/tmp/b" },
    ],
  };
  expect(serversOf(modelOf(config))).toEqual(serversOf(modelOf(readConfig(text))));
  expect(modelOf(config).servers).toHaveLength(4);
});

it("every option that Supervisor's sources read is known here", () => {
  const source = readFileSync("/usr/lib/python3/dist-packages/supervisor/options.py", "utf8");
  const read = [...source.matchAll(/\bget\((?:section, )?['"](\w+)['"]/g)].map(([, key = ""]) => key);
  expect(read.length).toBeGreaterThan(50);
  const known = new Set(
    ["supervisord", "include", "group:", "program:", "fcgi-program:", "eventlistener:", "inet_http_server"]
      .concat("unix_http_server", "supervisorctl")
      .flatMap((section) => (keysOf(sectionKind(section) ?? "include") ?? []).map(({ key }) => key)),
  );
  // Look-ups in other tables.
  const others = new Set(["PATH", "expansions", "include"]);
  expect([...new Set(read)].filter((key) => !known.has(key) && !others.has(key))).toEqual([]);
});

/** Names that stand in the schema under a key of the config. */
function schemaKeys(name: string): string[] {
  return Object.keys(objectIn((configSchema.shape as Record<string, z.ZodType>)[name]!).shape);
}

/** The object inside an option, a map or a list of them. */
function objectIn(schema: z.ZodType): z.ZodObject {
  interface Def {
    readonly type: string;
    readonly innerType?: z.ZodType;
    readonly valueType?: z.ZodType;
    readonly element?: z.ZodType;
    readonly in?: z.ZodType;
    readonly options?: readonly z.ZodType[];
  }
  const def = schema.def as unknown as Def;
  if (def.type === "object") return schema as z.ZodObject;
  const inner = def.innerType ?? def.valueType ?? def.element ?? def.in ?? def.options?.[0];
  if (inner === undefined) throw new Error(`no object in ${def.type}`);
  return objectIn(inner);
}
