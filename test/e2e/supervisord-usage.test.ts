import { execa } from "execa";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePair, makePair, onBoth, type RunOptions, type Side } from "../support/supervisord-pair.ts";

// What does not start: the same words on standard error and the same exit status as Debian's supervisord.

const pair = makePair();

beforeAll(() => {
  for (const side of pair) {
    side.configure("");
    mkdirSync(side.path("folder"));
    side.write("unreadable.conf", "[supervisord]\n", 0o000);
    side.write("bad.conf", "[supervisord]\nloglevel=loud\n");
  }
});
afterAll(() => closePair(pair));

interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

async function said(side: Side, args: readonly string[], options: RunOptions = {}): Promise<Said> {
  const words = args.map((word) => word.replaceAll("@", side.folder));
  const { stdout, stderr, status } = await side.run(words, options);
  const neutral = (text: string): string => text.replaceAll(side.program, "PROGRAM").replaceAll(side.folder, "@");
  // Python shows where in its sources a warning comes from.
  const plain = neutral(stderr).replace(/^\S+:\d+: (UserWarning: .*)\n {2}self\.warnings\.warn\(\n/, "$1\n");
  return { stdout: neutral(stdout), stderr: plain, status };
}

async function same(args: readonly string[], options: RunOptions = {}): Promise<Said> {
  const [ours, real] = await onBoth(pair, (side) => said(side, args, options));
  expect(ours).toEqual(real);
  return ours;
}

describe("a command line with a mistake", () => {
  test.each([
    ["--bogus"],
    ["-x"],
    ["-c"],
    ["--configuration"],
    ["--min", "3"],
    ["--log=x"],
    ["--silent=1"],
    ["foo", "bar"],
    ["it's", 'a "word"'],
    ["-n", "-n"],
    ["-nn"],
    ["-n", "--nodaemon"],
    ["-i", "a", "--identifier=b"],
    ["-ns", "--", "-x"],
    ["-z", "x"],
    ["--logfile_backups=x"],
    ["-y", "1XX"],
    ["-y", "1.5MB"],
    ["-e", "loud"],
    ["-d", "/nope"],
    ["-d", ""],
    ["-q", ""],
    ["-q", "/nope"],
    ["-l", "/nope/x"],
    ["-j", "/nope/x"],
    ["-m", "99"],
    ["-a", "many"],
    ["--minprocs", "many"],
    ["--minp=many"],
    ["-kt", "-zx"],
    ["-c@/supervisord.conf", "-u", "no-such-user"],
    ["-c@/supervisord.conf", "-u", "54321"],
    ["-c", "@/nothing.conf"],
    ["-c", "nothing.conf"],
    ["-c", "@/folder"],
    ["-c", "@/bad.conf"],
  ])("%j %j %j is refused in the same words", async (...args) => {
    const { status, stderr } = await same(args.filter((word) => word !== undefined));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Error: .*\nFor help, use PROGRAM -h\n$/);
  });
});

describe("the search for a config", () => {
  test("warns root, and names the places when there is nothing in them", async () => {
    // Debian's package has a config in one of the places, and without more ado the machine's own daemon would be started.
    const hidden = 'mount -t tmpfs none /etc/supervisor && cd /proc && exec "$0"';
    const [ours, real] = await onBoth(pair, async ({ program }) => {
      const result = await execa("unshare", ["--mount", "sh", "-c", hidden, program], { reject: false });
      const { stdout, stderr, exitCode } = result;
      const above = dirname(dirname(program));
      const plain = stderr
        .replaceAll(program, "PROGRAM")
        .replace(`${above}/etc/supervisord.conf, ${above}/supervisord.conf`, "TWO BESIDE THE PROGRAM")
        .replace(/^\S+:\d+: (UserWarning: .*)\n {2}self\.warnings\.warn\(\n/, "$1\n");
      return { stdout, stderr: plain, exitCode };
    });
    expect(ours).toEqual(real);
    expect(ours.exitCode).toBe(2);
    expect(ours.stderr).toContain("UserWarning: Supervisord is running as root");
    expect(ours.stderr).toContain(
      "default paths (TWO BESIDE THE PROGRAM, supervisord.conf, etc/supervisord.conf, /etc",
    );
  });

  test("finds the one in the current folder", async () => {
    // What it finds has a mistake, so that nothing is started by it.
    for (const side of pair) side.write("here/supervisord.conf", "[supervisord]\nnodaemon=perhaps\n");
    const [ours, real] = await onBoth(pair, (side) => said(side, [], { cwd: side.path("here") }));
    expect(ours).toEqual(real);
    expect(ours.stderr).toContain("Error: not a valid boolean value: 'perhaps'");
  });

  test("finds the one in etc below the current folder", async () => {
    for (const side of pair) side.write("there/etc/supervisord.conf", "[supervisord]\nnodaemon=maybe\n");
    const [ours, real] = await onBoth(pair, (side) => said(side, [], { cwd: side.path("there") }));
    expect(ours).toEqual(real);
    expect(ours.stderr).toContain("Error: not a valid boolean value: 'maybe'");
  });
});

describe("a config with a mistake", () => {
  const PROGRAM = "[supervisord]\n[program:a]\n";
  test.each([
    ["", "no section"],
    ["x=1\n", "text before the first section"],
    ["[supervisord]\nnonsense\nmore nonsense\n", "lines that are no options"],
    ["[program:a]\ncommand=x\n", "no [supervisord]"],
    ["[supervisord]\n[include]\n", "an include of nothing"],
    ["[supervisord]\nlogfile=/nope/nope.log\n", "a log in a missing folder"],
    ["[supervisord]\numask=9\n", "a bad umask"],
    ["[supervisord]\nuser=nobodyatall\n", "an unknown user"],
    ["[supervisord]\nuser=76543\n", "an unknown uid"],
    ["[supervisord]\nminfds=a\n", "a bad number"],
    ["[supervisord]\ndirectory=/nope\n", "a missing folder"],
    ["[supervisord]\ndirectory=\n", "a folder without a name"],
    ["[supervisord]\nchildlogdir=\n", "a folder for logs without a name"],
    ["[supervisord]\nenvironment=A\n", "an environment that is none"],
    [PROGRAM, "no command"],
    [`${PROGRAM}command=x\nnumprocs=2\n`, "copies of one name"],
    [`${PROGRAM}command=x\nautorestart=perhaps\n`, "a bad autorestart"],
    [`${PROGRAM}command=x\nstopsignal=NOPE\n`, "a bad signal"],
    [`${PROGRAM}command=x\nexitcodes=256\n`, "bad exit codes"],
    [`${PROGRAM}command=x\nstopasgroup=true\nkillasgroup=false\n`, "groups that contradict"],
    [`${PROGRAM}command=x\nuser=nobodyatall\n`, "an unknown user of a program"],
    [`${PROGRAM}command=x\nstdout_logfile=/nope/x\n`, "a program's log in a missing folder"],
    ["[supervisord]\n[group:g]\nprograms=missing\n", "a group of unknown programs"],
    ["[supervisord]\n[unix_http_server]\n", "a server without a file"],
    ["[supervisord]\n[inet_http_server]\nport=99999999\n", "a bad port"],
    ["[supervisord]\n[inet_http_server]\nport=127.0.0.1:9\nusername=x\n", "half an authentication"],
    ["[supervisord]\n[eventlistener:l]\ncommand=x\n", "a listener without events"],
    ["[supervisord]\n[eventlistener:l]\ncommand=x\nevents=NOPE\n", "an unknown event"],
    ["[supervisord]\n[fcgi-program:f]\ncommand=x\n", "fcgi without a socket"],
  ])("%j is refused in the same words: %s", async (text) => {
    for (const side of pair) side.write("mistake.conf", text);
    const { status } = await same(["-n", "-c", "@/mistake.conf"]);
    expect(status).toBe(2);
  });

  test("that has several tells them all, the one that Supervisor stops at first", async () => {
    for (const side of pair) side.write("many.conf", "[supervisord]\numask=9\n[program:a]\ncommand=x\nstartsecs=y\n");
    const [ours, real] = await onBoth(pair, (side) => said(side, ["-c", "@/many.conf"]));
    const [first, ...rest] = ours.stderr.split("\n");
    expect(real.stderr.split("\n")[0]).toBe(first);
    expect(rest).toEqual([
      "Error: invalid literal for int() with base 10: 'y' in section 'program:a' (file: '@/many.conf')",
      "For help, use PROGRAM -h",
      "",
    ]);
    expect(ours.status).toBe(2);
  });
});

describe("what cannot be had", () => {
  const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

  test("another user, for one who is not root", async () => {
    await same(["-n", "-u", "root", "-c", "@/supervisord.conf"], { wrapper: NOBODY });
  });

  test("more files than the hard limit allows; ours names the limit that is in the way", async () => {
    const wrapper = [...NOBODY, "prlimit", "--nofile=100:700"];
    const [ours, real] = await onBoth(pair, (side) => said(side, ["-n", "-c", "@/supervisord.conf"], { wrapper }));
    expect(ours).toEqual({
      ...real,
      stderr: real.stderr.replace("allow you to open 1024 file", "allow you to open 700 file"),
    });
    expect(ours.status).toBe(2);
  });

  test("more processes than the hard limit allows", async () => {
    const wrapper = ["prlimit", "--nproc=5000:5000", ...NOBODY];
    const [ours, real] = await onBoth(pair, (side) =>
      said(side, ["-n", "--minprocs=6000", "-c", "@/supervisord.conf"], { wrapper }),
    );
    expect(ours).toEqual({
      ...real,
      stderr: real.stderr.replace("open 6000 processes", "open 5000 processes"),
    });
    expect(ours.status).toBe(2);
  });

  test("a config that may not be read", async () => {
    const { stderr } = await same(["-c", "@/unreadable.conf"], { wrapper: NOBODY });
    expect(stderr).toContain("Error: could not read config file @/unreadable.conf");
  });

  test("a log that cannot be opened ends both with status 1", async () => {
    for (const side of pair) side.write("nolog.conf", "[supervisord]\nlogfile=@/folder\npidfile=@/x.pid\n");
    const [ours, real] = await onBoth(pair, (side) => said(side, ["-n", "-c", "@/nolog.conf"]));
    expect(real.status).toBe(1);
    expect(ours.status).toBe(1);
    expect(ours.stderr).toMatch(/^Error: cannot open the log @\/folder: EISDIR/);
  });

  describe.each([["background", []] as const, ["foreground", ["-n", "-s"]] as const])("in the %s", (_, flags) => {
    const refused = async (server: string): Promise<Said> => {
      for (const side of pair) side.write("server.conf", `[supervisord]\nlogfile=@/p.log\npidfile=@/p.pid\n${server}`);
      const answer = await same([...flags, "-c", "@/server.conf"]);
      expect(answer.status).toBe(2);
      for (const side of pair) expect(side.read("p.pid")).toBe("");
      return answer;
    };

    test("a port that somebody else listens on", async () => {
      const other = createServer();
      await new Promise<void>((ready) => other.listen(0, "127.0.0.1", ready));
      const { port } = other.address() as AddressInfo;
      const { stderr } = await refused(`[inet_http_server]\nport=127.0.0.1:${port}\n`);
      expect(stderr).toContain("Another program is already listening");
      await new Promise((closed) => other.close(closed));
    });

    test("a socket that another daemon listens on", async () => {
      await onBoth(pair, async (side) => {
        side.configure("");
        await side.start();
      });
      await refused("[unix_http_server]\nfile=@/s.sock\n");
      for (const side of pair) expect(side.ctl("pid")).toBe(`${side.pid}\n`);
      await onBoth(pair, (side) => side.stop());
    });

    test("an address of another machine", async () => {
      const { stderr } = await refused("[inet_http_server]\nport=203.0.113.77:9001\n");
      expect(stderr).toContain("socket.error reported errno.EADDRNOTAVAIL (99)");
    });

    test("an address that has no number", async () => {
      const server = "[inet_http_server]\nport=nowhere.invalid:9001\n";
      for (const side of pair) side.write("server.conf", `[supervisord]\nlogfile=@/p.log\npidfile=@/p.pid\n${server}`);
      const [ours, real] = await onBoth(pair, (side) => said(side, [...flags, "-c", "@/server.conf"]));
      // Whether there is nobody of that name, or nobody who could be asked, may differ from one moment to the next.
      const plain = (answer: Said): Said => ({ ...answer, stderr: answer.stderr.replace(/ -[23]\n/, " -2\n") });
      expect(plain(ours)).toEqual(plain(real));
      expect(plain(ours).stderr).toContain("Cannot open an HTTP server: socket.error reported -2\n");
    });

    test("a socket that may not be given away", async () => {
      for (const side of pair) {
        // Supervisor leaves its socket there when it gives up.
        rmSync(side.path("nobodys"), { recursive: true, force: true });
        mkdirSync(side.path("nobodys"));
        chmodSync(side.path("nobodys"), 0o777);
        const places = "logfile=@/nobodys/l\npidfile=@/nobodys/p";
        side.write("given.conf", `[supervisord]\n${places}\n[unix_http_server]\nfile=@/nobodys/s\nchown=root:root\n`);
      }
      const options = (side: Side): RunOptions => ({
        wrapper: NOBODY,
        env: { SUP_RUNTIME_DIR: side.path("nobodys/run"), SUP_STATE_DIR: side.path("nobodys/state") },
      });
      const [ours, real] = await onBoth(pair, (side) => said(side, [...flags, "-c", "@/given.conf"], options(side)));
      expect(ours).toEqual(real);
      expect(ours.stderr).toContain("Not permitted to chown @/nobodys/s to uid/gid (0, 0); adjust");
    });

    test("a socket in a folder that is not there", async () => {
      for (const side of pair)
        side.write("server.conf", "[supervisord]\nlogfile=@/p.log\n[unix_http_server]\nfile=@/missing/s.sock\n");
      const [ours, real] = await onBoth(pair, (side) => said(side, [...flags, "-c", "@/server.conf"]));
      expect(ours.status).toBe(real.status);
      expect(ours.stderr).toBe(real.stderr);
    });
  });
});

describe("what only prints", () => {
  test("the version is one bare line", async () => {
    const [ours, real] = await onBoth(pair, (side) => said(side, ["-v"]));
    expect(ours).toMatchObject({ stderr: "", status: 0 });
    expect(ours.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(real.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each(["-h", "-?", "--help", "--he"])("%s describes every option that Supervisor has", async (flag) => {
    const [ours, real] = await onBoth(pair, (side) => said(side, [flag]));
    const options = (text: string): string[] => [...text.matchAll(/^-\S+/gm)].map((match) => match[0]);
    expect(options(ours.stdout)).toEqual(options(real.stdout));
    expect(ours.status).toBe(0);
    expect(ours.stderr).toBe("");
  });

  test("options are looked at in the order given", async () => {
    await same(["-z", "x", "-v"]);
    const [ours] = await onBoth(pair, (side) => said(side, ["-v", "-z", "x"]));
    expect(ours.status).toBe(0);
  });
});
