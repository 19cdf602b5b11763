import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closePair, eventually, lives, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";
import { sendSignal } from "../support/send-signal.ts";

// The daemon itself: how it starts, what it says, what signals do to it. Debian's supervisord does the same at the same time.

const STAYS = "[program:stays]\ncommand=sleep 1000\n";
const RUNNING = /success: stays entered RUNNING/;

let pair: readonly [Side, Side];
let ours: Side;
let real: Side;
beforeEach(() => {
  pair = makePair();
  [ours, real] = pair;
  for (const side of pair) side.configure(STAYS);
});
afterEach(() => closePair(pair));

function expectSameLog(): void {
  expect(ours.lines()).toEqual(real.lines());
}

function field(pid: number, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}

/** Pids, as scripts look for them. */
function found(...words: string[]): number[] {
  return execFileSync("pgrep", words, { encoding: "utf8" }).trim().split("\n").map(Number);
}

describe("in the background", () => {
  test("it starts and ends with the same lines", async () => {
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(RUNNING);
      await side.stop();
    });
    expect(ours.lines()[0]).toContain("CRIT Supervisor is running as root.  Privileges were not dropped");
    expectSameLog();
  });

  test("a log and a pidfile without a name are those of the config", async () => {
    await onBoth(pair, async (side) => {
      side.configure("");
      await side.start(["-l", "", "-j", ""]);
      await eventually(() => side.pid > 0);
      await side.stop();
    });
    expect(ours.lines()).toEqual(real.lines());
  });

  test("it has a session of its own, and its pid is that of the pidfile, of its programs' parent and of getPID", async () => {
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(RUNNING);
      const { pid } = side;
      expect(execFileSync("ps", ["-o", "sid=", "-p", String(pid)], { encoding: "utf8" }).trim()).toBe(String(pid));
      expect(side.ctl("pid")).toBe(`${pid}\n`);
      const program = side.ctl("pid", "stays").trim();
      expect(execFileSync("ps", ["-o", "ppid=", "-p", program], { encoding: "utf8" }).trim()).toBe(String(pid));
      expect(found("-x", "supervisord")).toContain(pid);
      expect(found("-f", `supervisord -c ${side.config}`)).toEqual([pid]);
    });
  });

  test("umask and directory apply, and paths stay relative to where it was started", async () => {
    for (const side of pair) {
      side.write("supervisord.conf", `[supervisord]\numask=027\ndirectory=/var\n${STAYS}`);
      rmSync(side.path("main.log"), { force: true });
    }
    await onBoth(pair, async (side) => {
      await side.start(["-l", "main.log", "-j", "s.pid"]);
      await side.until(RUNNING);
      expect(readlinkSync(`/proc/${side.pid}/cwd`)).toBe("/var");
      expect(field(side.pid, "Umask")).toBe("0027");
    });
    expectSameLog();
    expect(ours.log).toContain("INFO set current directory: '/var'");
  });

  test("the pidfile is removed at the end, and so is the socket", async () => {
    await onBoth(pair, async (side) => {
      await side.start();
      expect(existsSync(side.path("s.sock"))).toBe(true);
      await side.stop();
      expect(existsSync(side.path("s.pid"))).toBe(false);
      expect(existsSync(side.path("s.sock"))).toBe(false);
    });
  });

  test("a pidfile that cannot be written is told, and it runs on", async () => {
    await onBoth(pair, async (side) => {
      mkdirSync(side.path("folder"));
      side.write("supervisord.conf", side.read("supervisord.conf").replace(/pidfile=.*/, "pidfile=@/folder"));
      await side.start();
      await side.until(RUNNING);
    });
    expectSameLog();
    await onBoth(pair, async (side) => {
      const pid = Number(side.ctl("pid"));
      side.ctl("shutdown");
      await eventually(() => !lives(pid));
    });
  });

  test("a second one on the same config is refused and leaves the first one alone", async () => {
    for (const side of pair) side.configure("[program:auto]\ncommand=sh -c 'echo mine; exec sleep 1000'\n");
    await ours.start();
    await ours.until(/success: auto/);
    const before = [ours.log, ours.ctl("tail", "auto"), ours.pid];
    const second = await ours.run(["-c", ours.config]);
    expect(second.status).toBe(2);
    expect(second.stderr).toMatch(
      /^Error: Another program is already listening on a port that one of our HTTP servers/,
    );
    expect([ours.log, ours.ctl("tail", "auto"), ours.pid]).toEqual(before);
    // Not even as another user, who would need the folders for itself.
    const other = await ours.run(["-c", ours.config, "-u", "nobody", "-n"]);
    expect(other).toEqual({ ...second, stdout: "" });
    const [instance = ""] = readdirSync(ours.path(".run"));
    expect(statSync(ours.path(join(".run", instance))).uid).toBe(0);
    expect([ours.log, ours.ctl("tail", "auto"), ours.pid]).toEqual(before);
    expect(before[1]).toContain("mine");
  });
});

describe("in the foreground", () => {
  test("the process that was started is the daemon: it writes its pid, logs to stdout as well, and ends with 0", async () => {
    await onBoth(pair, async (side) => {
      const process = side.foreground(["-d", "/var", "-m", "027"]);
      await side.until(RUNNING);
      expect(side.pid).toBe(process.pid);
      expect(found("-x", "supervisord")).toContain(process.pid);
      expect(readlinkSync(`/proc/${process.pid}/cwd`)).toBe(side.folder);
      expect(field(process.pid, "Umask")).toBe("0022");
      side.signal("SIGTERM");
      expect(await process.ended).toBe(0);
      expect(process.said.stdout).toBe(side.log);
      expect(process.said.stderr).toBe("");
    });
    expectSameLog();
  });

  test("nodaemon and silent may stand in the config", async () => {
    for (const side of pair) side.configure(STAYS, "nodaemon=true\nsilent=true");
    await onBoth(pair, async (side) => {
      const running = side.run(["-c", side.config]);
      await side.until(RUNNING);
      side.signal("SIGINT");
      expect(await running).toEqual({ stdout: "", stderr: "", status: 0 });
    });
    expectSameLog();
  });

  test("a reader of its output that goes away is no end of the daemon", async () => {
    const process = ours.foreground([], { wrapper: ["sh", "-c", '"$@" | head -n 1', "sh"] });
    await ours.until(RUNNING);
    await eventually(() => ours.ctl("status").includes("RUNNING"));
    ours.signal("SIGTERM");
    await process.ended;
    expect(process.said.stdout.split("\n")).toHaveLength(2);
    expect(ours.lines().at(-1)).toBe("WARN stopped: stays (terminated by SIGTERM)");
    expect(ours.log).not.toContain("died and was started again");
  });

  test("Ctrl-C reaches it and what belongs to it at once, and is told once", async () => {
    await onBoth(pair, async (side) => {
      const process_ = side.foreground(["-s"]);
      await side.until(RUNNING);
      // A terminal signals the whole process group.
      sendSignal(-side.pid, "SIGINT");
      await process_.ended;
      await side.until(/stopped: stays/);
    });
    expectSameLog();
  });

  test("an end of the supervisor process is no end of the daemon", async () => {
    const process = ours.foreground(["-s"]);
    await ours.until(RUNNING);
    const program = ours.ctl("pid", "stays");
    const [child] = execFileSync("pgrep", ["-P", String(process.pid), "-f", "supervisor.cjs"], { encoding: "utf8" })
      .trim()
      .split("\n");
    execFileSync("kill", ["-9", String(child)]);
    await ours.until("the supervisor process died and was started again");
    await eventually(() => ours.ctl("pid", "stays") === program);
    expect(ours.ctl("pid")).toBe(`${process.pid}\n`);
    ours.signal("SIGTERM");
    expect(await process.ended).toBe(0);
    expect(existsSync(ours.path("s.pid"))).toBe(false);
  });
});

test("a daemon that was killed leaves its programs to the next one, with a pid of its own", async () => {
  await ours.start();
  await ours.until(RUNNING);
  const [daemon, program] = [ours.pid, ours.ctl("pid", "stays")];
  sendSignal(daemon, "SIGKILL");
  await eventually(() => !lives(daemon));
  expect(lives(Number(program))).toBe(true);
  await ours.start();
  await ours.until("the daemon before this one was killed; 1 programs run on");
  expect(ours.pid).not.toBe(daemon);
  expect(ours.ctl("pid")).toBe(`${ours.pid}\n`);
  expect(ours.ctl("pid", "stays")).toBe(program);
  await ours.stop();
  expect(lives(Number(program))).toBe(false);
});

describe("signals", () => {
  test.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("%s ends it", async (signal) => {
    await onBoth(pair, async (side) => {
      const process = side.foreground(["-s"]);
      await side.until(RUNNING);
      side.signal(signal);
      expect(await process.ended).toBe(0);
    });
    expect(ours.log).toContain(`WARN received ${signal} indicating exit request`);
    expectSameLog();
  });

  test("SIGHUP restarts everything under the same pid with the config as it is now", async () => {
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(RUNNING);
      const { pid } = side;
      side.configure("[program:other]\ncommand=sleep 1000\n");
      side.signal("SIGHUP");
      await side.until(/success: other/);
      expect(side.pid).toBe(pid);
      expect(side.ctl("status")).toMatch(/^other +RUNNING/);
      await side.stop();
    });
    expectSameLog();
  });

  test("SIGHUP with a broken config restarts nothing and says why", async () => {
    await ours.start();
    await ours.until(RUNNING);
    const program = ours.ctl("pid", "stays");
    ours.configure(`${STAYS}startsecs=soon\n`);
    ours.signal("SIGHUP");
    await ours.until("invalid literal for int() with base 10: 'soon' in section 'program:stays'");
    expect(ours.log).toContain("WARN received SIGHUP indicating restart request");
    expect(ours.ctl("pid", "stays")).toBe(program);
    // And it still can be restarted once the config is mended.
    ours.configure(STAYS);
    ours.signal("SIGHUP");
    await ours.until(/stopped: stays[^]*success: stays/);
  });

  test("SIGHUP during a shutdown is ignored, SIGTERM during a restart makes it a shutdown", async () => {
    const slow =
      "[program:slow]\ncommand=sh -c 'trap \"sleep 3; exit 0\" TERM; touch @/set; while :; do sleep 0.1; done'\n";
    for (const side of pair) side.configure(slow);
    await onBoth(pair, async (side) => {
      const process = side.foreground(["-s"]);
      await side.until(/success: slow/);
      side.signal("SIGHUP");
      await side.until("waiting for slow to die");
      side.signal("SIGTERM");
      await side.until("received SIGTERM");
      side.signal("SIGHUP");
      await side.until("ignored SIGHUP indicating restart request (shutdown in progress)");
      expect(await process.ended).toBe(0);
    });
    const without = (side: Side): string[] => side.lines().filter((line) => !line.includes("waiting for"));
    expect(without(ours)).toEqual(without(real));
  });

  test("SIGUSR2 reopens the logs after they were renamed", async () => {
    for (const side of pair)
      side.configure(
        "[program:ticks]\ncommand=sh -c 'while :; do echo tick; sleep 0.2; done'\nstdout_logfile=@/t.log\n",
      );
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(/success: ticks/);
      renameSync(side.path("main.log"), side.path("old-main.log"));
      renameSync(side.path("t.log"), side.path("old-t.log"));
      side.signal("SIGUSR2");
      await eventually(() => side.read("t.log").includes("tick") && existsSync(side.path("main.log")));
      side.ctl("stop", "ticks");
      await side.until(/stopped: ticks/);
      // Ours may just have missed the old name by itself.
      expect(side.read("old-main.log") + side.read("main.log")).toMatch(
        /INFO received SIGUSR2 indicating log reopen request\n[^\n]* INFO supervisord logreopen\n/,
      );
    });
  });
});

describe("the start", () => {
  test("tells what it included, before all else of that rank", async () => {
    for (const side of pair) {
      side.configure("[include]\nfiles = conf.d/*.conf none/*.conf\n");
      side.write(
        "conf.d/b.conf",
        "[program:b]\ncommand=sh -c 'echo %(here)s; exec sleep 1000'\nstdout_logfile=@/b.log\n",
      );
      side.write("conf.d/a.conf", "[program:a]\ncommand=sleep 1000\n");
    }
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(/success: b/);
      expect(side.read("b.log")).toBe(`${side.folder}/conf.d\n`);
      await side.stop();
    });
    const start = (side: Side): string[] => side.lines().slice(0, 8);
    expect(start(ours)).toEqual(start(real));
  });

  test("starts groups and their members in order, and stops them in the reverse one", async () => {
    for (const side of pair) {
      const programs = ["a:30", "b:10", "c:20"].map((each) => {
        const [name, priority] = each.split(":");
        return `[program:${name}]\ncommand=sleep 1000\npriority=${priority}\n`;
      });
      side.configure(
        `${programs.join("")}[group:g]\nprograms=a,b,c\npriority=5\n[program:h]\ncommand=sleep 1000\npriority=1\n`,
        "loglevel=debug",
      );
    }
    await onBoth(pair, async (side) => {
      await side.start();
      for (const name of ["a", "b", "c", "h"]) await side.until(new RegExp(`success: ${name} `));
      await side.stop();
    });
    const order = (side: Side, pattern: RegExp): (string | undefined)[] =>
      side
        .lines()
        .map((line) => pattern.exec(line)?.[1])
        .filter((name) => name !== undefined);
    for (const pattern of [/spawned: '(\w)'/, /DEBG killing (\w) \(/]) {
      expect(order(ours, pattern)).toEqual(order(real, pattern));
    }
    expect(order(ours, /stopped: (\w)/).at(-1)).toBe("h");
  });

  test("becomes the user, with the log and the programs", async () => {
    for (const side of pair) {
      side.configure(STAYS, "user=nobody");
      chmodSync(side.folder, 0o777);
      chmodSync(side.path("auto"), 0o777);
    }
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(RUNNING);
      expect(statSync(side.path("main.log")).uid).toBe(65534);
      expect(field(side.pid, "Uid")).toBe("65534\t65534\t65534\t65534");
      expect(field(side.pid, "Groups").trim()).toBe("65534");
      expect(field(Number(side.ctl("pid", "stays")), "Uid")).toMatch(/^65534\t/);
      await side.stop();
    });
    // Ours warns of a folder where everybody could replace the log.
    const said = (side: Side): string[] => side.lines().filter((line) => !line.includes("@"));
    expect(said(ours)).toEqual(said(real));
    expect(ours.log).toContain("INFO Set uid to user 65534 succeeded");
  });

  test("a program that wants another user says why it has not got it, when the daemon is not root", async () => {
    for (const side of pair) {
      side.configure(
        "[program:wants]\ncommand=true\nuser=root\nstartsecs=3\nstartretries=0\nstderr_logfile=@/auto/e.log\n",
      );
      chmodSync(side.folder, 0o777);
      chmodSync(side.path("auto"), 0o777);
    }
    await onBoth(pair, async (side) => {
      await side.start(["-u", "nobody"]);
      await side.until(/gave up: wants/);
    });
    expect(ours.read("auto/e.log")).toBe(real.read("auto/e.log"));
    expect(ours.read("auto/e.log")).toContain("supervisor: couldn't setuid to 0: Can't drop privilege as nonroot user");
    expect(ours.linesOf("wants")).toEqual(real.linesOf("wants"));
  });

  test("raises soft limits and says so; programs get what was asked for", async () => {
    for (const side of pair)
      side.configure("[program:limit]\ncommand=sh -c 'ulimit -Sn; exec sleep 1000'\nstdout_logfile=@/limit.log\n");
    await onBoth(pair, async (side) => {
      await side.start(["-a", "300", "--minprocs", "2000"], {
        wrapper: ["prlimit", "--nofile=256:5000", "--nproc=1500:9000"],
      });
      await side.until(/success: limit/);
      expect(readFileSync(`/proc/${side.pid}/limits`, "utf8")).toMatch(/^Max processes +2000 +9000 /m);
    });
    expectSameLog();
    expect(ours.read("limit.log")).toBe("300\n");
    expect(real.read("limit.log")).toBe("300\n");
  });

  test("programs keep the soft limit of the shell, which Node raises for itself", async () => {
    for (const side of pair)
      side.configure("[program:limit]\ncommand=sh -c 'ulimit -Sn; exec sleep 1000'\nstdout_logfile=@/limit.log\n");
    await onBoth(pair, async (side) => {
      await side.start([], { wrapper: ["prlimit", "--nofile=1100:5000"] });
      await side.until(/success: limit/);
      expect(side.read("limit.log")).toBe("1100\n");
    });
  });

  test("hands its whole environment on, odd names included", async () => {
    for (const side of pair) {
      // env alone: a shell in between would drop what it cannot name.
      side.configure(
        "[program:shows]\ncommand=env\nstartsecs=0\nautorestart=false\nstdout_logfile=@/env.log\n",
        'environment=GLOBAL="1"',
      );
    }
    await onBoth(pair, async (side) => {
      await side.start([], { env: { "a.b": "dotted", "x-y": "two\nlines", PLAIN: "é" } });
      await side.until(/exited: shows/);
    });
    const seen = (side: Side): string[] => side.read("env.log").replaceAll(side.folder, "@").split("\n").sort();
    expect(seen(ours)).toEqual(seen(real));
    expect(seen(ours)).toContain("a.b=dotted");
  });

  test("removes automatic logs of earlier runs, unless told not to", async () => {
    for (const side of pair) side.configure(STAYS);
    await onBoth(pair, async (side) => {
      const old = side.write("auto/stays-stdout---supervisor-abcd1234.log", "old");
      const other = side.write("auto/stays-stdout---another-abcd1234.log", "other");
      await side.start(["-k"]);
      await side.stop();
      expect(existsSync(old)).toBe(true);
      await side.start();
      await side.stop();
      expect(existsSync(old)).toBe(false);
      expect(existsSync(other)).toBe(true);
    });
  });
});

describe("the log", () => {
  test("has the level that was asked for", async () => {
    await onBoth(pair, async (side) => {
      const process = side.foreground(["-e", "warn"]);
      await eventually(() => side.read("s.pid") !== "");
      await eventually(() => side.ctl("status").includes("RUNNING"));
      side.signal("SIGTERM");
      await process.ended;
      expect(process.said.stdout).toBe(side.log);
    });
    expectSameLog();
  });

  test("is rotated", async () => {
    for (const side of pair) side.configure(`${STAYS}[program:fails]\ncommand=false\nstartsecs=3\nstartretries=2\n`);
    await onBoth(pair, async (side) => {
      await side.run(["-c", side.config, "-y", "300", "-z", "2"]);
      await eventually(() => side.ctl("status", "fails").includes("FATAL"));
      await side.stop();
      expect(existsSync(side.path("main.log.1"))).toBe(true);
      expect(existsSync(side.path("main.log.2"))).toBe(true);
      expect(existsSync(side.path("main.log.3"))).toBe(false);
      expect(statSync(side.path("main.log.1")).size).toBeLessThan(600);
    });
  });

  test("goes to syslog, as the whole line; and so does the output of programs, line by line", async () => {
    const captured = "<!--XSUPERVISOR:BEGIN-->for listeners only<!--XSUPERVISOR:END-->";
    const talks =
      `[program:talks]\ncommand=sh -c 'printf "one\\n\\nmore\\n${captured}and two, longer than a token is\\n"; exec sleep 1000'\n` +
      "stdout_syslog=true\nstdout_capture_maxbytes=100\n";
    // What a listener prints is for the daemon, whatever the option says; its stderr is like any other.
    const ear =
      "[eventlistener:ear]\ncommand=sh -c 'echo hm; echo noise >&2; exec sleep 1000'\nevents=TICK_60\n" +
      "stdout_syslog=true\nstderr_syslog=true\n";
    for (const side of pair) side.configure(`${STAYS}${talks}priority=1\n${ear}`);
    for (const side of pair)
      side.write("supervisord.conf", side.read("supervisord.conf").replace(/logfile=.*/, "logfile=syslog"));
    const lines: string[][] = [];
    // One after the other: there is one /dev/log.
    for (const side of pair) {
      const script = new URL("../support/syslog_socket.py", import.meta.url).pathname;
      // A name space of its own for /dev/log: the machine's stays as it is.
      const inside =
        `python3 ${script} /dev/log > ${side.path("sys.log")} & logger=$!; ` +
        `until grep -q ready ${side.path("sys.log")}; do :; done; ` +
        `${side.program} -s -n -c ${side.config}; status=$?; kill $logger; exit $status`;
      const daemon = execInNamespace(inside, side);
      await eventually(() => /success: stays[^]*/.test(side.read("sys.log")) && side.read("sys.log").includes("two"));
      side.signal("SIGTERM");
      expect(await daemon).toBe(0);
      await eventually(() => /stopped: stays/.test(side.read("sys.log")));
      lines.push(
        side
          .read("sys.log")
          .split("\n")
          .slice(1)
          .map((line) =>
            line
              .replace(/\w{3} +\d+ \d\d:\d\d:\d\d /, "TIME ")
              .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/, "WHEN")
              .replace(/pid \d+/, "pid PID")
              .replace(/\\n(['"])$/, "$1"),
          ),
      );
    }
    const said = (all: string[] | undefined): string[] => all!.filter((line) => line.includes("supervisord: talks"));
    const rest = (all: string[] | undefined): string[] =>
      all!.filter((line) => !/supervisord: (?:talks|ear)|\bear\b/.test(line));
    expect(said(lines[0])).toEqual(said(lines[1]));
    expect(said(lines[0])).toHaveLength(4);
    const heard = (all: string[] | undefined): string[] => all!.filter((line) => line.includes("supervisord: ear "));
    expect(heard(lines[0])).toEqual(heard(lines[1]));
    expect(heard(lines[0])).toEqual(["'<14>TIME supervisord: ear noise'"]);
    expect(rest(lines[0])).toEqual(rest(lines[1]));
    expect(lines[0]![0]).toMatch(/^'<14>TIME supervisord: WHEN CRIT Supervisor is running as root/);
  });

  test("may be a pipe or terminal, without rotation", async () => {
    for (const side of pair) {
      side.write(
        "supervisord.conf",
        `[supervisord]\nlogfile=/dev/stdout\nlogfile_maxbytes=0\nnodaemon=true\nsilent=true\npidfile=@/s.pid\n${STAYS}`,
      );
    }
    // What a shell calls a pipe: Node's are sockets, which cannot be opened by name.
    const wrapper = ["sh", "-c", '"$@" | cat', "sh"];
    await onBoth(pair, async (side) => {
      const process = side.foreground([], { wrapper });
      await eventually(() => RUNNING.test(process.said.stdout));
      side.signal("SIGTERM");
      await process.ended;
      expect(process.said.stdout).toMatch(/stopped: stays \(terminated by SIGTERM\)\n$/);
    });
  });

  test("may be a file that our output was sent to, and that no name leads to any more", async () => {
    for (const side of pair) {
      side.write(
        "supervisord.conf",
        "[supervisord]\nlogfile=/dev/stdout\nlogfile_maxbytes=0\nnodaemon=true\nsilent=true\npidfile=@/s.pid\n" +
          "[program:says]\ncommand=sh -c 'echo out; echo err >&2; exec sleep 1000'\nstdout_logfile=/dev/fd/1\nstdout_logfile_maxbytes=0\n" +
          "stderr_logfile=/dev/stderr\nstderr_logfile_maxbytes=0\n",
      );
    }
    const wrapper = ["sh", "-c", 'exec > out 2>&1; ln out kept; rm out; exec "$@"', "sh"];
    await onBoth(pair, async (side) => {
      const process = side.foreground([], { wrapper });
      await eventually(() => /^out\nerr$/m.test(side.read("kept")));
      side.signal("SIGTERM");
      await process.ended;
      expect(side.read("kept")).toMatch(
        /spawned: 'says'[^]*\nout\nerr\n[^]*stopped: says \(terminated by SIGTERM\)\n$/,
      );
    });
  });
});

/** A /dev of its own, so that a socket made in it is not the machine's. */
const OWN_DEV =
  "T=$(mktemp -d) && mount -t tmpfs none $T && mkdir $T/shm && ln -s /proc/self/fd $T/fd && " +
  "for d in null zero random urandom tty; do touch $T/$d && mount --bind /dev/$d $T/$d; done && mount --rbind $T /dev";

function execInNamespace(script: string, side: Side): Promise<number | null> {
  const child = spawn("unshare", ["--mount", "sh", "-c", `${OWN_DEV}; ${script}`], {
    cwd: side.folder,
    stdio: "ignore",
    env: {
      PATH: process.env["PATH"],
      SUP_RUNTIME_DIR: side.path(".run"),
      SUP_STATE_DIR: side.path(".state"),
      LC_ALL: "C.UTF-8",
    },
  });
  return new Promise((done) => child.once("exit", (status) => done(status)));
}
