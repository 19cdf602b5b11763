import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, callAt, listenerCommand, noted, notes, untilNoted } from "../support/event-records.ts";
import { startLegacyDaemon } from "../support/legacy-daemon.ts";
import { programs } from "../support/project.ts";
import { eventually, OURS, Side } from "../support/supervisord-pair.ts";
import { sendSignal } from "../support/send-signal.ts";

// Event listeners as people have them, in Python with supervisor.childutils and in Node with a package of npm's, under the
// daemon as it is installed.

const root = resolve(import.meta.dirname, "../..");
let side: Side;
beforeEach(() => {
  side = new Side(OURS);
  mkdirSync(side.path("auto"), { recursive: true });
});
afterEach(() => side.close());

function listener(name: string, how: readonly string[], rest: string): string {
  return `[eventlistener:${name}]\ncommand=${listenerCommand(`@/${name}.rec`, ...how)}\n${rest}\n`;
}

/** Starts the daemon with these sections and waits until its listeners run. */
async function begin(text: string, ...running: readonly string[]): Promise<void> {
  side.configure(text, "loglevel=debug");
  await side.start();
  for (const name of running) await side.until(`success: ${name} entered RUNNING state`);
}

const remote = (kind: string, data = "") => call(side, "sendRemoteCommEvent", kind, data);
const count = (text: string): number => side.log.split(text).length - 1;

describe("a listener", () => {
  test("that fails an event gets it again with the same numbers", async () => {
    await begin(listener("ear", ["fail", "2"], "events=REMOTE_COMMUNICATION"), "ear");
    for (const kind of ["a", "b", "c"]) await remote(kind);
    await untilNoted(side, "ear.rec", /type:c/);
    expect(noted(side, "ear.rec").map(({ serial, poolserial, payload }) => [serial, poolserial, payload])).toEqual([
      [0, 0, "type:a\n"],
      [1, 1, "type:b\n"],
      [1, 1, "type:b\n"],
      [2, 2, "type:c\n"],
    ]);
    expect(side.log).toContain("WARN ear: event was rejected");
    expect(side.log).toMatch(/DEBG rebuffering event 1 for pool ear \(buf size=\d+, max=10\)/);
    expect(side.log).toContain("DEBG ear: BUSY -> ACKNOWLEDGED");
  });

  test("hears of the end of all programs before it is stopped itself, if it answers within a second", async () => {
    const many = "command=sleep 1000\nstartsecs=0\nnumprocs=8\nprocess_name=p%(process_num)d";
    await begin(`${listener("ear", [], "events=PROCESS_STATE_STOPPED\nbuffer_size=20")}[program:p]\n${many}\n`, "ear");
    await side.until("ear: ACKNOWLEDGED -> READY");
    await side.stop();
    const at = (line: string): number => {
      const [, time = "", millis = ""] =
        new RegExp(`^(\\S+ \\S+),(\\d+) .*stopped: ${line} `, "m").exec(side.log) ?? [];
      return Date.parse(time) + Number(millis);
    };
    const last = Math.max(...[0, 1, 2, 3, 4, 5, 6, 7].map((number) => at(`p${number}`)));
    const heard = noted(side, "ear.rec").length;
    // On a machine that gives the listener no time there is only that it was waited for.
    if (at("ear") - last < 990) expect(heard).toBe(8);
    else expect(heard).toBeLessThanOrEqual(8);
  });

  test("that dies with an event leaves it to the next one", async () => {
    const pool = "events=REMOTE_COMMUNICATION\nnumprocs=2\nprocess_name=ear_%(process_num)d\nautorestart=true";
    await begin(listener("ear", ["die", "1", "@/died"], pool), "ear_0", "ear_1");
    await side.until("ear_0: ACKNOWLEDGED -> READY");
    await side.until("ear_1: ACKNOWLEDGED -> READY");
    await remote("a");
    await eventually(() => noted(side, "ear.rec").length === 2);
    const [first, second] = noted(side, "ear.rec");
    expect(second?.header).toBe(first?.header);
    expect(second?.listener).not.toBe(first?.listener);
    await side.until("ear_1: event was processed");
  });

  test("that prints something before READY is never sent anything", async () => {
    await begin(listener("ear", ["noise"], "events=EVENT"), "ear");
    await remote("a");
    await side.until(
      "WARN ear: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol",
    );
    expect(noted(side, "ear.rec")).toEqual([]);
    expect(side.ctl("status", "ear")).toContain("RUNNING");
  });

  test("that ends its OK with a newline stays in service", async () => {
    await begin(listener("ear", ["newline"], "events=REMOTE_COMMUNICATION"), "ear");
    for (const kind of ["a", "b"]) await remote(kind);
    await untilNoted(side, "ear.rec", /type:b/);
  });

  test("that never answers costs the events beyond its buffer, the oldest first, and is told of", async () => {
    await begin(listener("ear", ["mute"], "events=REMOTE_COMMUNICATION\nbuffer_size=3"), "ear");
    await remote("first");
    await untilNoted(side, "ear.rec", /type:first/);
    for (const kind of ["a", "b", "c", "d", "e"]) await remote(kind);
    await side.until("ERRO pool ear event buffer overflowed, discarding event 1");
    // The second is told when ten seconds are over.
    await side.until("ERRO pool ear event buffer overflowed, discarding event 2");
    expect(count("buffer overflowed")).toBe(2);
    expect(side.ctl("status", "ear")).toContain("RUNNING");
  });

  test("subscribed to overlapping types gets each event once", async () => {
    await begin(
      listener("ear", ["ok"], "events=PROCESS_GROUP,process_group_added,PROCESS_GROUP_ADDED,REMOTE_COMMUNICATION"),
      "ear",
    );
    await remote("end");
    await untilNoted(side, "ear.rec", /type:end/);
    expect(noted(side, "ear.rec").map((event) => event.name)).toEqual(["PROCESS_GROUP_ADDED", "REMOTE_COMMUNICATION"]);
  });

  test("that rejects events leaves other pools alone", async () => {
    await begin(
      listener("ear", ["fail", "1"], "events=REMOTE_COMMUNICATION") + listener("other", ["ok"], "events=PROCESS_GROUP"),
      "ear",
      "other",
    );
    await remote("a");
    await eventually(() => noted(side, "ear.rec").length === 2);
    side.ctl("stop", "ear");
    side.ctl("remove", "ear");
    await untilNoted(side, "other.rec", /PROCESS_GROUP_REMOVED/);
    expect(noted(side, "other.rec").map((event) => event.name)).toEqual([
      "PROCESS_GROUP_ADDED",
      "PROCESS_GROUP_REMOVED",
    ]);
  });

  test("that answers without ever reading costs nobody anything but its events", async () => {
    const script = side.write(
      "blind.py",
      "import sys, time\nwhile True:\n    sys.stdout.write('READY\\n')\n    sys.stdout.flush()\n" +
        "    time.sleep(0.01)\n    sys.stdout.write('RESULT 2\\nOK')\n    sys.stdout.flush()\n",
    );
    await begin(
      listener("ear", ["ok"], "events=REMOTE_COMMUNICATION\nbuffer_size=100") +
        `[program:cat]\ncommand=/bin/cat\n` +
        `[eventlistener:blind]\ncommand=/usr/bin/python3 ${script}\nevents=REMOTE_COMMUNICATION\nbuffer_size=100\n`,
      "ear",
      "blind",
    );
    const big = "x".repeat(60_000);
    for (let index = 0; index < 24; index++) await remote(`n${index}`, big);
    await untilNoted(side, "ear.rec", /type:n23/);
    expect(noted(side, "ear.rec")).toHaveLength(24);
    expect(side.ctl("status", "cat")).toContain("RUNNING");
  });

  test("hears every TICK_5 at a multiple of five seconds", async () => {
    await begin(listener("ear", ["ok"], "events=tick_5"), "ear");
    await eventually(() => noted(side, "ear.rec").length === 2);
    const [first = 0, second = 0] = noted(side, "ear.rec").map(({ payload }) => Number(payload.replace("when:", "")));
    expect([first % 5, second - first]).toEqual([0, 5]);
  });

  test("from npm works as it is", async () => {
    const script = side.write(
      "listener.cjs",
      `const { appendFileSync } = require("node:fs");
      const listener = require(${JSON.stringify(join(root, "node_modules/supervisord-eventlistener"))});
      listener.on("REMOTE_COMMUNICATION", (headers, data) => {
        appendFileSync("@/npm.rec", [headers.eventname, headers.serial, data.type.split("\\n")[0]].join(" ") + "\\n");
      });
      listener.listen(process.stdin, process.stdout);`,
    );
    await begin(`[eventlistener:ear]\ncommand=${process.execPath} ${script}\nevents=REMOTE_COMMUNICATION\n`, "ear");
    for (const kind of ["a", "b", "c"]) await remote(kind, "x");
    await eventually(() => side.read("npm.rec").split("\n").length === 4);
    expect(side.read("npm.rec")).toBe("REMOTE_COMMUNICATION 0 a\nREMOTE_COMMUNICATION 1 b\nREMOTE_COMMUNICATION 2 c\n");
  });
});

describe("output", () => {
  test("between capture tokens is an event, the rest is logged", async () => {
    await begin(
      listener("ear", ["ok"], "events=PROCESS_COMMUNICATION,PROCESS_STATE_EXITED") +
        "[program:talker]\ncommand=sh -c 'printf \"before<!--XSUPERVISOR:BEGIN-->hello world<!--XSUPERVISOR:END-->after\\n\"'\n" +
        "autorestart=false\nstartsecs=0\nstdout_capture_maxbytes=100\nstdout_logfile=@/talker.log\n",
      "ear",
    );
    await untilNoted(side, "ear.rec", /PROCESS_STATE_EXITED/);
    const [message] = noted(side, "ear.rec");
    expect(message?.name).toBe("PROCESS_COMMUNICATION_STDOUT");
    expect(message?.payload).toMatch(/^processname:talker groupname:talker pid:\d+\nhello world$/);
    expect(side.read("talker.log")).toBe("beforeafter\n");
    expect(side.log).toContain("DEBG 'talker' stdout emitted a comm event");
  });

  // Python reads text, and `len` counts characters; a listener that reads bytes can ask for those.
  test.each([
    ["bytes", "\nenvironment=SUP_EVENT_LEN=bytes"],
    ["ok", ""],
  ])("with log events comes whole, in order, never in the middle of a character (%s)", async (how, extra) => {
    const times = 400;
    await begin(
      listener("ear", [how], `events=PROCESS_LOG,PROCESS_STATE_EXITED\nbuffer_size=5000${extra}`) +
        `[program:talker]\ncommand=/usr/bin/python3 -u ${join(programs, "slow_letters.py")} ${times}\n` +
        "autorestart=false\nstartsecs=0\nstdout_events_enabled=true\n",
      "ear",
    );
    await untilNoted(side, "ear.rec", /PROCESS_STATE_EXITED/);
    const logs = noted(side, "ear.rec").filter((event) => event.name === "PROCESS_LOG_STDOUT");
    const said = logs.map(({ payload }) => payload.slice(payload.indexOf("\n") + 1)).join("");
    expect(said).toBe(`${"x".repeat(9)}日`.repeat(times));
    expect(logs.length).toBeGreaterThan(1);
  });
});

describe("an edit", () => {
  test("of a pool's subscriptions and buffer comes into force with its processes, and nobody else notices", async () => {
    const other = listener("other", ["ok"], "events=REMOTE_COMMUNICATION");
    const before = other + listener("ear", ["ok"], "events=PROCESS_GROUP");
    const after = other + listener("ear", ["ok"], "events=REMOTE_COMMUNICATION,PROCESS_STATE_STOPPED\nbuffer_size=50");
    const daemon = await startLegacyDaemon(before);
    try {
      const at = { read: (name: string) => readFileSync(join(daemon.folder, name), "utf8") };
      const seen = (record: string) => notes(existsSync(join(daemon.folder, record)) ? at.read(record) : "");
      const send = (kind: string) => callAt(daemon.socket, "sendRemoteCommEvent", kind, "");
      await send("a");
      await eventually(() => seen("other.rec").some((one) => one.payload.includes("type:a")));
      daemon.rewrite(after);
      const update = await daemon.project.sup("update", "-c", daemon.config);
      expect(update, update.stdout).toMatchObject({ exitCode: 0 });
      await send("b");
      await eventually(() => seen("ear.rec").some((one) => one.payload.includes("type:b")));
      expect(seen("ear.rec").some((one) => one.payload.includes("type:a"))).toBe(false);
      await eventually(() => seen("other.rec").length === 2);
      expect(new Set(seen("other.rec").map((one) => one.listener)).size).toBe(1);
    } finally {
      await daemon.stop();
    }
  });
});

describe("a supervisor that is killed", () => {
  test("neither loses nor repeats an event, and its listeners go on", async () => {
    await begin(
      listener("ear", ["ok"], "events=REMOTE_COMMUNICATION\nbuffer_size=1000") +
        listener("deaf", ["mute"], "events=REMOTE_COMMUNICATION\nbuffer_size=1000"),
      "ear",
      "deaf",
    );
    const kinds = Array.from({ length: 12 }, (_, index) => `k${index}`);
    for (const [index, kind] of kinds.entries()) {
      await remote(kind);
      if (index % 4 !== 3) continue;
      const before = await killSupervisor();
      await eventually(() => supervisorPid() !== 0 && supervisorPid() !== before);
      await eventually(() => side.ctl("pid", "ear").match(/^\d+/) !== null);
    }
    await untilNoted(side, "ear.rec", /type:k11/);
    expect(noted(side, "ear.rec").map(({ serial, payload }) => `${serial} ${payload}`)).toEqual(
      kinds.map((kind, index) => `${index} type:${kind}\n`),
    );
    // The mute one still has its first event, and is the same process.
    expect(noted(side, "deaf.rec").map((event) => event.serial)).toEqual([0]);
    expect(new Set(noted(side, "ear.rec").map((event) => event.listener)).size).toBe(1);
    // What it had not answered, and what waited behind it, is delivered once it has been replaced.
    side.ctl("restart", "deaf");
    await eventually(() => noted(side, "deaf.rec").length === 2);
    expect(noted(side, "deaf.rec").map((event) => event.header)[1]).toBe(noted(side, "deaf.rec")[0]?.header);
  });

  test("in the middle of a stream of messages has every one of them delivered once, in order", async () => {
    const times = 1500;
    await begin(
      listener("ear", ["ok"], `events=PROCESS_COMMUNICATION\nbuffer_size=${times}`) +
        `[program:chatter]\ncommand=/usr/bin/python3 ${join(programs, "chatter.py")} ${times}\n` +
        "stdout_capture_maxbytes=1000\n",
      "ear",
    );
    for (const part of [1, 2, 3]) {
      await eventually(() => noted(side, "ear.rec").length >= (part * times) / 4);
      await killSupervisor();
    }
    await untilNoted(side, "ear.rec", new RegExp(`m${times - 1}$`));
    const said = noted(side, "ear.rec").map(({ payload }) => payload.slice(payload.indexOf("\n") + 1));
    expect(said).toEqual(Array.from({ length: times }, (_, index) => `m${index}`));
    expect(noted(side, "ear.rec").map((event) => event.serial)).toEqual(said.map((_, index) => index));
  });
});

/** Kills the process that decides. Returns its pid. */
async function killSupervisor(): Promise<number> {
  await eventually(() => supervisorPid() !== 0);
  const pid = supervisorPid();
  sendSignal(pid, "SIGKILL");
  return pid;
}

/** The process that decides: the child of the keeper that runs supervisor.cjs; 0 if there is none at the moment. */
function supervisorPid(): number {
  const { stdout } = spawnSync("pgrep", ["-P", String(side.pid), "-f", "supervisor.cjs"], { encoding: "utf8" });
  return Number(stdout.trim().split("\n")[0] ?? 0);
}
