import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { programs } from "../support/project.ts";
import { closePair, eventually, makePair, onBoth, type Foreground, type Side } from "../support/supervisord-pair.ts";

// Where the output of programs goes: every kind of target, rotation, emptying and reopening while somebody writes, on both
// daemons, in one life of each.

const LONG = "and a rather long line of output ".repeat(2);
/** What each says, on two streams. */
const LINES: readonly ((name: string) => string)[] = [
  (name) => `echo out-${name}`,
  (name) => `echo err-${name} >&2`,
  (name) => `echo '${LONG}${name}'`,
  (name) => `echo tail-${name}`,
];
/** Supervisor rotates after each read, however many lines that is: these are to say the next line when the last has been read. */
const ROTATED = ["nobackup", "one"];

const OPTIONS: Readonly<Record<string, string>> = {
  both: "redirect_stderr=true\nstderr_logfile=@/l/both.err\nstdout_logfile=@/l/both.out",
  endless: "stdout_logfile=@/l/endless.out\nstdout_logfile_maxbytes=0\nstdout_logfile_backups=3",
  nobackup: "stdout_logfile=@/l/nobackup.out\nstdout_logfile_maxbytes=50\nstdout_logfile_backups=0",
  one: "stdout_logfile=@/l/one.out\nstdout_logfile_maxbytes=50\nstdout_logfile_backups=1",
  shared: "stdout_logfile=@/l/shared\nstderr_logfile=@/l/shared\nstdout_logfile_maxbytes=0\nstderr_logfile_maxbytes=0",
  named: "stdout_logfile=@/l/%(program_name)s-%(group_name)s-%(process_num)d\nstderr_logfile=NONE",
  console: "stdout_logfile=/dev/fd/1\nstdout_logfile_maxbytes=0\nstderr_logfile=/dev/fd/2\nstderr_logfile_maxbytes=0",
  none: "stdout_logfile=NONE\nstderr_logfile=none",
  auto: "",
};
const TALKERS = Object.keys(OPTIONS);

const CONFIG =
  TALKERS.map((name) => `[program:${name}]\ncommand=${join(programs, "puppet.sh")}\n${OPTIONS[name]}\n`).join("") +
  "[program:idle]\ncommand=sleep 1000\nautostart=false\n" +
  "[program:mixed]\ncommand=sleep 1000\nautostart=false\nredirect_stderr=true\n" +
  // One group: Supervisor takes a second for each when it shuts down.
  `[group:all]\nprograms=${TALKERS.join(",")},idle,mixed\n` +
  "[eventlistener:ear]\ncommand=printf 'I \\033[31mam\\033[0m an ear\\n'\nevents=TICK\nstartsecs=0\nautorestart=false\n" +
  "stdout_logfile=@/l/ear\nstderr_logfile=AUTO\n";

const pair = makePair();
const daemons = new Map<Side, Foreground>();
/** What each found, step by step. */
const found = new Map<Side, Record<string, unknown>>();

beforeAll(() =>
  onBoth(pair, async (side) => {
    side.configure(CONFIG, "nocleanup=true\nloglevel=debug\nstrip_ansi=true");
    side.write("auto/old-stdout---supervisor-abcdefgh.log", "kept");
    side.write("l/keep", "");
    // Pipes of a shell's: those of Node are sockets, which cannot be opened as /dev/fd/1.
    const wrapper = ["bash", "-c", 'exec "$@" > >(cat) 2> >(cat >&2)', "bash"];
    const daemon = side.foreground([], { wrapper });
    daemons.set(side, daemon);
    for (const name of TALKERS) await side.until(`success: ${name} entered RUNNING`);
    const look: Record<string, unknown> = { "AUTO files": autoFiles(side) };
    found.set(side, look);

    for (const name of TALKERS.filter((one) => !ROTATED.includes(one))) {
      await say(side, name, LINES.map((line) => line(name)).join("; sleep 0.2; "));
    }
    for (const line of LINES) {
      for (const name of ROTATED) {
        const [, text = ""] = /echo '?([^']*?)'?(?: >&2)?$/.exec(line(name)) ?? [];
        await say(side, name, line(name));
        await side.until(`${text}\n`);
      }
    }
    for (const name of TALKERS) await side.until(`tail-${name}\n`);
    await eventually(
      () => daemon.said.stdout.includes("\ntail-console\n") && daemon.said.stderr.includes("err-console"),
    );
    look["files"] = files(side);
    look["tails"] = ["all:both", "all:endless", "all:none", "all:auto", "all:mixed", "ear"].map((name) =>
      [[], ["stderr"]].map((stream) => side.ctl("tail", name, ...stream)),
    );

    renameSync(side.path("l/endless.out"), side.path("l/endless.old"));
    await say(side, "endless", count("line", side.path("enough lines")));
    await eventually(() => /line5\n/.test(side.read("l/endless.old") + side.read("l/endless.out")));
    side.signal("SIGUSR2");
    await eventually(() => side.read("l/endless.out").includes("line"));
    side.write("enough lines", "");
    await eventually(() => side.read("l/endless.out").includes("last line\n"));
    const lines = (side.read("l/endless.old") + side.read("l/endless.out")).match(/line\d+\n/g) ?? [];
    look["lines before and after SIGUSR2"] = lines.every((line, index) => line === `line${index}\n`);

    await say(side, "endless", count("drop", side.path("enough drops")));
    await eventually(() => side.read("l/endless.out").includes("drop3\n"));
    look["clear"] = side.ctl(
      "clear",
      ...["endless", "both", "none", "auto", "nosuch", "one", "idle"].map((name) => `all:${name}`),
    );
    await eventually(() => side.read("l/endless.out").includes("drop"));
    side.write("enough drops", "");
    await eventually(() => side.read("l/endless.out").includes("last drop\n"));
    look["cleared"] = [
      /drop0\n/.test(side.read("l/endless.out")),
      side.read("l/both.out"),
      existsSync(side.path("l/one.out.1")),
    ];

    truncateSync(side.path("l/named-all-0"));
    await say(side, "named", "echo after");
    await eventually(() => side.read("l/named-all-0") !== "");
    look["truncated by somebody"] = side.read("l/named-all-0");
    side.signal("SIGTERM");
    await daemon.ended;
    look["AUTO files at the end"] = autoFiles(side).map((file) => file.split(" ")[0]);
  }),
);
afterAll(() => closePair(pair));

function say(side: Side, name: string, script: string): Promise<string> {
  return call(side, "sendProcessStdin", `all:${name}`, `${script}\n`);
}

/** Lines that are numbered, until there is a file of that name. */
function count(word: string, until: string): string {
  return `i=0; while [ ! -e '${until}' ]; do echo ${word}$i; i=$((i+1)); sleep 0.03; done; echo last ${word}`;
}

function files(side: Side): string[] {
  return readdirSync(side.path("l"))
    .sort()
    .map((name) => `${name}: ${readFileSync(side.path(`l/${name}`), "latin1")}`);
}

/** Names without their random part, and modes. */
function autoFiles(side: Side): string[] {
  return readdirSync(side.path("auto"))
    .map((name) => {
      const mode = (statSync(side.path(`auto/${name}`)).mode & 0o777).toString(8);
      return `${name.replace(/-[a-z0-9_]{8}\.log$/, "-RANDOM.log")} ${mode}`;
    })
    .sort();
}

describe("both daemons agree on", () => {
  test.each([
    "AUTO files",
    "files",
    "tails",
    "lines before and after SIGUSR2",
    "clear",
    "cleared",
    "truncated by somebody",
    "AUTO files at the end",
  ])("%s", (what) => {
    const [ours, real] = pair.map((side) => found.get(side)?.[what]);
    expect(ours).toBeDefined();
    expect(ours).toEqual(real);
  });
});

test("AUTO files are there for all that need one, started or not, and for nobody else", () => {
  const [ours] = pair;
  expect(found.get(ours)?.["AUTO files"]).toEqual(
    "auto-stderr auto-stdout ear-stderr endless-stderr idle-stderr idle-stdout mixed-stdout nobackup-stderr old-stdout one-stderr"
      .split(" ")
      .map((name) => `${name}---supervisor-RANDOM.log ${name === "old-stdout" ? "644" : "600"}`),
  );
});

test("no line is lost when logs are reopened, nor told twice", () => {
  for (const side of pair) expect(found.get(side)?.["lines before and after SIGUSR2"]).toBe(true);
});

test("what goes to the daemon's own descriptors comes out there", () => {
  for (const side of pair) {
    const { stdout, stderr } = daemons.get(side)?.said ?? { stdout: "", stderr: "" };
    // Each line twice on stdout: as itself, and in the log of level debug.
    expect(stdout.match(/^out-console$/gm), side.program).toHaveLength(2);
    expect(stderr.match(/^err-console$/gm), side.program).toHaveLength(1);
  }
});

test("the log of what a listener says is stripped like any other", () => {
  for (const side of pair) expect(side.read("l/ear"), side.program).toBe("I am an ear\n");
});

describe("old AUTO files", () => {
  const second = makePair();
  afterAll(() => closePair(second));

  test("of the same identifier are removed at the start, others stay, and a folder in their way is told of", async () => {
    const names = [
      "a-stdout---box-abcd1234.log",
      "a-stdout---box-abcd1234.log.1",
      "b:c-stderr---box-abcd_234.log.10",
      "a-stdout---bo-abcd1234.log",
      "other---box.log",
      "box-abcd1234.log",
    ];
    const left = await onBoth(second, async (side) => {
      side.configure("[program:x]\ncommand=sleep 1000\nstdout_logfile=NONE\nstderr_logfile=NONE\n", "identifier=box");
      for (const name of names) side.write(`auto/${name}`, "old");
      side.write("auto/f-stdout---box-abcd1234.log/inside", "old");
      chmodSync(side.path("auto"), 0o755);
      await side.start();
      await side.until("success: x");
      return [readdirSync(side.path("auto")).sort(), side.lines().filter((line) => line.includes("clean up"))];
    });
    expect(left[0]).toEqual(left[1]);
    expect(left[0]).toEqual([
      ["a-stdout---bo-abcd1234.log", "box-abcd1234.log", "f-stdout---box-abcd1234.log", "other---box.log"],
      ["WARN Failed to clean up '@/auto/f-stdout---box-abcd1234.log'"],
    ]);
  });
});
