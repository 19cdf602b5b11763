/** Random `supervisord.conf` files for the differential and round-trip tests. The same seed gives the same files. */
export function generateIni(seed: number): string {
  const random = mulberry(seed);
  const chance = (probability: number): boolean => random() < probability;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  // About half of all files are free of deliberate mistakes; the others have one in a few places.
  const badness = chance(0.4) ? 0 : 0.06;
  const value = (good: readonly string[], bad: readonly string[]): string =>
    pick(chance(badness) && bad.length > 0 ? bad : good);
  const lines: string[] = [];
  const section = (name: string): void =>
    void lines.push(...(chance(0.3) ? [pick(COMMENTS)] : []), `[${name}]${pick(["", "", "", " ; note", "  "])}`);
  const key = (name: string, text: string): void => {
    const written = chance(0.05) ? name.toUpperCase() : name;
    const [head, ...rest] = text.split("\n");
    lines.push(`${written}${pick(["=", "=", "=", " = ", ": ", "\t= "])}${head ?? ""}${pick(INLINE)}`);
    lines.push(...rest.map((line) => (line === "" ? "" : `    ${line}`)));
    if (chance(0.05)) lines.push(pick(["", "; aside", "  # indented", ""]));
  };
  const some = (table: Table, probability: number): void => {
    for (const [name, [good, bad]] of Object.entries(table)) if (chance(probability)) key(name, value(good, bad));
  };

  const programs = Array.from({ length: Math.floor(random() * 4) }, () => pick(NAMES)).filter(
    (name, index, all) => all.indexOf(name) === index,
  );
  const fcgi = chance(0.2) ? ["php"] : [];
  const writers: (() => void)[] = [];
  if (!chance(badness)) {
    writers.push(() => {
      section("supervisord");
      some(SUPERVISORD, 0.25);
    });
  }
  const program = (name: string): void => {
    some(PROGRAM, 0.14);
    if (chance(0.15)) {
      key("numprocs", value(["2", "3", "1", "0"], ["x", "", "1.5"]));
      if (!chance(badness))
        key(
          "process_name",
          pick(["%(program_name)s_%(process_num)02d", "%(process_num)d-%(group_name)s", "w%(process_num)s"]),
        );
    } else if (chance(0.1))
      key(
        "process_name",
        value(["%(program_name)s", " other ", "%(group_name)s.x"], ["a b", "a:b", "%(nope)s", "%(here)s"]),
      );
    if (!chance(badness)) key("command", pick(COMMANDS));
    if (chance(badness))
      key("command", pick(["%(nope)s", "%(ENV_UNSET)s", "100%", "%(process_num)Y", "%d", "%(program_name)d"]));
    void name;
  };
  for (const name of programs) {
    writers.push(() => {
      section(`program:${value([name], [`${name} x`, `${name}/y`, `${name}:z`])}`);
      program(name);
    });
  }
  for (const name of fcgi) {
    writers.push(() => {
      section(`fcgi-program:${name}`);
      key(
        "socket",
        value(
          ["tcp://localhost:9002", "unix:///tmp/%(program_name)s.sock", "tcp://Host:80"],
          ["udp://x", "unix://rel", "tcp://h:0", "tcp://h:70000", ""],
        ),
      );
      some(
        {
          socket_backlog: [["10"], ["0", "x"]],
          socket_mode: [["0700"], ["9"]],
          socket_owner: [["root", "root:root"], ["no:body"]],
        },
        badness,
      );
      program(name);
    });
  }
  if (chance(0.3)) {
    writers.push(() => {
      section("eventlistener:ears");
      if (!chance(badness))
        key(
          "events",
          value(
            ["TICK_5", "%(ENV_EVENTS)s", "PROCESS_STATE,tick_60", "process_log , EVENT,EVENT"],
            ["NOPE", "TICK_5,", ""],
          ),
        );
      some(
        {
          buffer_size: [
            ["5", "100"],
            ["0", "x", "-1"],
          ],
          priority: [["-5", "3"], ["p"]],
          result_handler: [["supervisor.dispatchers:default_handler"], ["nope_x:handler"]],
        },
        0.2,
      );
      if (chance(0.1)) key("autostart", "false");
      if (chance(badness)) key("redirect_stderr", "true");
      if (!chance(badness)) key("command", "listen %(ENV_NUM)s");
    });
  }
  if (chance(0.4) && programs.length + fcgi.length > 0) {
    writers.push(() => {
      section(`group:${value(["all", "team"], ["a b", "x/y"])}`);
      const members = [...programs, ...fcgi].filter(() => chance(0.7));
      if (chance(badness)) members.push(pick(["ghost", ""]));
      key("programs", members.join(pick([",", ", ", " , "])));
      if (chance(0.4)) key("priority", value(["5", "-1"], ["high"]));
    });
  }
  if (chance(0.4)) {
    writers.push(() => {
      section(pick(["inet_http_server", "inet_http_server:two"]));
      if (!chance(badness))
        key(
          "port",
          value(
            ["9001", "*:9001", ":9001", "127.0.0.1:9001", "LocalHost:80", "*:900%(ENV_NUM)s"],
            ["0", "x", "h:", "h:x", "h:70000"],
          ),
        );
      if (chance(0.4)) key("username", "u%(ENV_NUM)s");
      if (lines.at(-1)?.includes("u%") || chance(badness)) key("password", value(["p%%w"], ["%"]));
    });
  }
  if (chance(0.4)) {
    writers.push(() => {
      section("unix_http_server");
      if (!chance(badness))
        key("file", pick(["/tmp/x.sock", "%(here)s/x.sock", "rel.sock", "~/y.sock", "/tmp//a/../z.sock"]));
      some(
        {
          chmod: [
            ["0700", "770"],
            ["x", "9"],
          ],
          chown: [
            ["root", "root:root", "0:0"],
            ["nobody9", "root:nope"],
          ],
        },
        0.3,
      );
    });
  }
  if (chance(0.3)) {
    writers.push(() => {
      section("rpcinterface:supervisor");
      if (!chance(badness))
        key("supervisor.rpcinterface_factory", value(["supervisor.rpcinterface:make_main_rpcinterface"], ["nope_x:y"]));
    });
  }
  if (chance(0.2)) writers.push(() => (section("supervisorctl"), key("serverurl", "unix:///tmp/x.sock")));
  if (chance(0.1)) writers.push(() => (section("DEFAULT"), key(pick(["startsecs", "autostart", "priority"]), "1")));
  while (writers.length > 0) writers.splice(Math.floor(random() * writers.length), 1)[0]?.();
  if (chance(badness))
    lines.splice(Math.floor(random() * lines.length), 0, pick(["bare words", "= nothing", "text", ": x"]));
  if (chance(0.1)) lines.unshift("; a file", "");
  const text = `${lines.join("\n")}${pick(["\n", "\n", ""])}`;
  return chance(0.05) ? text.replaceAll("\n", "\r\n") : text;
}

type Table = Readonly<Record<string, readonly [good: readonly string[], bad: readonly string[]]>>;

const NAMES = ["web", "db", "worker", "cron-1", "Ünï", "a.b"];
const COMMENTS = ["; plain", "# hash", ";[program:old]", ";command=old"];
const INLINE = ["", "", "", "", "", "", " ; remark", "\t# tabbed", "   ", ";glued"].map((text) =>
  text === ";glued" ? "" : text,
);
const COMMANDS = [
  "/bin/cat",
  "sleep %(process_num)d",
  "bash -c 'echo \"hi\"; exit'",
  "x %(ENV_NUM)s %(ENV_PATH)s",
  "%(ENV_TRICKY)s%(ENV_NUM)s",
  "a `b` ${c} \\d $%(ENV_NUM)s\\%(ENV_WORD)s",
  "first %(ENV_PERCENT)s%(here)s %(ENV_PERCENT)s%(ENV_NUM)s %%(ENV_NUM)s %%%(ENV_NUM)s\nsecond",
  "%(here)s/run --name=%(program_name)s-%(group_name)s",
  "date +%%Y-%%m",
  "a `b` ${c} \\d",
  "first\n--second\n--third",
  "%(host_node_name)s %(numprocs)s %(process_num)03d",
  "%(ENV_A)s x".replace("%(ENV_A)s", "%(ENV_WORD)-6s|"),
  "echo %%(here)s",
  "",
];
const BOOLEANS: readonly [readonly string[], readonly string[]] = [
  ["true", "FALSE", "yes", "No", "on", "0", "%(ENV_WORD)s"],
  ["y", "enabled", "", "2"],
];
const COUNTS: readonly [readonly string[], readonly string[]] = [
  ["0", "3", "007", "1_0", "+4", "%(ENV_NUM)s"],
  ["x", "1.5", "", "1__0", "%(ENV_WORD)s"],
];
const BYTES: readonly [readonly string[], readonly string[]] = [
  ["0", "10", "50MB", "1 kb", "2Gb", "%(ENV_NUM)sKB"],
  ["1K", "5TB", "1.5MB", "", "MB"],
];
const LOGS: readonly [readonly string[], readonly string[]] = [
  [
    "AUTO",
    "none",
    "Off",
    "syslog",
    "/tmp/%(program_name)s.log",
    "plain.log",
    "/dev/stdout",
    "%(here)s/%(group_name)s-%(process_num)d.log",
    "~/x.log",
    "%(ENV_FOLDER)s/%(ENV_NUM)s.log",
  ],
  ["/nope/x.log", "%(nope)s", "%(ENV_UNSET)s.log"],
];
const ENVIRONMENT: readonly [readonly string[], readonly string[]] = [
  [
    "A=1",
    'A="x y",B=2',
    'NUM="9",HOME="%(ENV_HOME)s/x"',
    "A=%(ENV_NUM)s,B='%(program_name)s'",
    'PATH="/x:%(ENV_PATH)s"',
    "A=1;B=2",
    'N="%(process_num)02d",Q="100%%"',
    "A=b c",
    'A="say \\"hi\\"",B="${x} `y`"',
    "%(ENV_PAIRS)s",
    'X="a",\nY="b"',
    "",
    'FOO="%(ENV_QUOTED)s"'.replace("QUOTED", "WORD"),
  ],
  ["A", "A=", "A=1 B=2", 'A="x', "A=%(nope)s", "A=$$", "A=1%", "A=x\\"],
];
const SIGNALS: readonly [readonly string[], readonly string[]] = [
  ["TERM", "sigint", "9", "Usr1", "QUIT", "RTMIN", "34"],
  ["NOPE", "99", "32", "", "1.5"],
];

const SUPERVISORD: Table = {
  minfds: COUNTS,
  minprocs: COUNTS,
  directory: [["/tmp", "%(here)s", "~"], ["/nope"]],
  user: [
    ["root", "0", "daemon"],
    ["nobody9", "987654"],
  ],
  umask: [
    ["022", "0o77", "2_2"],
    ["8", "x", ""],
  ],
  logfile: [
    ["/tmp/s.log", "s.log", "syslog", "%(here)s/s.log"],
    ["/nope/s.log", "%(host_node_name)s"],
  ],
  logfile_maxbytes: BYTES,
  logfile_backups: COUNTS,
  loglevel: [
    ["info", "DEBUG", "warn", "blather", "%(ENV_LEVEL)s"],
    ["warning", "10", ""],
  ],
  pidfile: [["/tmp/s.pid", "s.pid"], ["/nope/s.pid"]],
  identifier: [["super", "%(ENV_NUM)s", "a b"], ["%(x)s"]],
  nodaemon: BOOLEANS,
  silent: BOOLEANS,
  childlogdir: [["/tmp"], ["/nope"]],
  nocleanup: BOOLEANS,
  strip_ansi: BOOLEANS,
  environment: [
    ['A=1,B="%(here)s"', "G=%(ENV_NUM)s", 'NUM="8"', "%(ENV_PAIRS)s", 'P="5%%"'],
    ["A", "A=%(nope)s", 'A="x'],
  ],
  made_up: [["1"], []],
};

const PROGRAM: Table = {
  priority: [
    ["1", "-3", "999", "%(ENV_NUM)s"],
    ["high", "%(program_name)s"],
  ],
  autostart: BOOLEANS,
  autorestart: [
    ["true", "Unexpected", "no", "%(ENV_WORD)s"],
    ["always", ""],
  ],
  startsecs: COUNTS,
  startretries: COUNTS,
  exitcodes: [
    ["0", "0,2", "", " 1 , 255 ", "3,3"],
    ["256", "-1", "a", "0,"],
  ],
  stopsignal: SIGNALS,
  stopwaitsecs: COUNTS,
  stopasgroup: [["false", "true"], ["maybe"]],
  redirect_stderr: BOOLEANS,
  user: [
    ["root", "0", "daemon"],
    ["nobody9", "987654", ""],
  ],
  umask: [
    ["022", "0o77", "2_2"],
    ["8", "x", ""],
  ],
  directory: [["/tmp", "%(here)s/%(process_num)d", "~/x", "/nope", ""], ["%(nope)s"]],
  environment: ENVIRONMENT,
  serverurl: [["AUTO", "http://x:1", " auto ", "", "unix:///tmp/%(program_name)s"], ["%(nope)s"]],
  stdout_logfile: LOGS,
  stdout_logfile_maxbytes: BYTES,
  stdout_logfile_backups: COUNTS,
  stdout_capture_maxbytes: BYTES,
  stdout_events_enabled: BOOLEANS,
  stdout_syslog: BOOLEANS,
  stderr_logfile: LOGS,
  stderr_logfile_maxbytes: BYTES,
  stderr_logfile_backups: COUNTS,
  stderr_capture_maxbytes: BYTES,
  stderr_events_enabled: BOOLEANS,
  stderr_syslog: BOOLEANS,
  depends_on: [["x"], []],
};

/** A small seeded generator: the files must be the same on every machine and in every run. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
