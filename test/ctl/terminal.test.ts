import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REAL_SUPERVISORCTL, startRealSupervisord, type RealSupervisord } from "../oracle/real-supervisord.ts";
import { freePort } from "../support/http.ts";
import { onTerminal as onPty, type TerminalStep as Step } from "../support/on-terminal.ts";
import { buildCtl, run } from "./run-ctl.ts";

/* What only shows on a real terminal: prompts, editing, completion, hidden passwords, Ctrl-C and harmless output. */

const PROGRAMS = `
[program:cat]
command=/bin/cat
stdout_logfile=@/logs/cat.out
stderr_logfile=@/logs/cat.err
startsecs=0
[program:caterpillar]
command=/bin/sleep 1000
autostart=false
[program:a]
command=/bin/sleep 1000
startsecs=0
[group:grp]
programs=a
`;

let daemon: RealSupervisord;
let bundle: string;

beforeAll(async () => {
  bundle = buildCtl();
  daemon = await startRealSupervisord(PROGRAMS, `127.0.0.1:${await freePort()}`);
  await run(REAL_SUPERVISORCTL, ["-c", daemon.config, "start", "cat", "grp:*"], daemon.folder);
});

afterAll(async () => {
  await daemon?.stop();
  rmSync(dirname(bundle), { recursive: true, force: true });
});

const waitFor = (text: string): Step => ({ expect: text });
const type = (text: string): Step => ({ send: text });
const end: Step = { expectEnd: true };
const CTRL_C = "\x03";
const CTRL_D = "\x04";
/** A prompt on a line of its own: editing prints the prompt again, but not after a newline. */
const PROMPT = "\n\x1b[1G\x1b[0Jsupervisor> ";

const onTerminal = (args: readonly string[], steps: readonly Step[]) =>
  onPty([process.execPath, bundle, "-c", daemon.config, ...args], steps);

describe("the interactive shell", () => {
  it("begins with the status, runs commands, and ends with 0 at quit", async () => {
    const { output, status, missing } = await onTerminal(
      [],
      [
        waitFor("grp:a"),
        waitFor(PROMPT),
        type("bogus\r"),
        waitFor("*** Unknown syntax: bogus"),
        waitFor(PROMPT),
        type("version\r"),
        waitFor("4.2.5"),
        waitFor(PROMPT),
        type("quit\r"),
        end,
      ],
    );
    expect({ status, missing }).toEqual({ status: 0, missing: null });
    expect(output.indexOf("grp:a")).toBeLessThan(output.indexOf(PROMPT));
  });

  it.each([
    ["Ctrl-C", CTRL_C],
    ["Ctrl-D", CTRL_D],
  ])("ends with 0 at %s", async (_name, key) => {
    expect(await onTerminal([], [waitFor(PROMPT), type(key), end])).toMatchObject({ status: 0, missing: null });
  });

  it("completes actions and process names, and does not break words at colons", async () => {
    const ran = await onTerminal(
      [],
      [
        waitFor(PROMPT),
        type("versi\t"),
        waitFor("version "),
        type("\r"),
        waitFor("4.2.5"),
        waitFor(PROMPT),
        type("pid grp:a\t"),
        waitFor("grp:a "),
        type("\r"),
        waitFor(PROMPT),
        type("status caterp\t"),
        waitFor("caterpillar "),
        type("\r"),
        waitFor("caterpillar                      STOPPED"),
        waitFor(PROMPT),
        type(CTRL_D),
        end,
      ],
    );
    expect(ran).toMatchObject({ status: 0, missing: null });
  });

  it("keeps a history over sessions", async () => {
    const history = join(daemon.folder, "history");
    writeFileSync(history, "version\n");
    const recalled = [waitFor(PROMPT), type("\x1b[A\r"), waitFor("4.2.5"), waitFor(PROMPT), type("pid\rquit\r"), end];
    expect(await onTerminal(["--history-file", history], recalled)).toMatchObject({ status: 0, missing: null });
    expect(readFileSync(history, "utf8")).toBe("version\npid\nquit\n");
  });

  it("asks before it shuts the daemon down, and takes anything but yes as no", async () => {
    const ran = await onTerminal(
      [],
      [
        waitFor(PROMPT),
        type("shutdown\r"),
        waitFor("y/N? "),
        type("no\r"),
        waitFor(PROMPT),
        type("version\r"),
        waitFor("4.2.5"),
        waitFor(PROMPT),
        type(CTRL_D),
        end,
      ],
    );
    expect(ran).toMatchObject({ status: 0, missing: null });
    expect(existsSync(daemon.socket)).toBe(true);
  });

  it("asks for a name and, hidden, for a password", async () => {
    const port = /port=(\S+)/.exec(readFileSync(daemon.config, "utf8"))![1]!;
    const ran = await onTerminal(
      ["-s", `http://${port}`],
      [
        waitFor("Username:"),
        type("user\r"),
        waitFor("Password:"),
        type("pass\r"),
        waitFor("RUNNING"),
        waitFor(PROMPT),
        // What was typed last, as far as it is remembered: the name, not the password.
        type("\x1b[A"),
        waitFor("user"),
        type("\x15"),
        type(CTRL_D),
        end,
      ],
    );
    expect(ran).toMatchObject({ status: 0, missing: null });
    expect(ran.output).not.toContain("pass\r");
    expect(ran.output.replaceAll("Password:", "")).not.toContain("pass");
  });

  it("returns to its prompt when Ctrl-C ends `tail -f`", async () => {
    const ran = await onTerminal(
      [],
      [
        waitFor(PROMPT),
        type("tail -f cat\r"),
        waitFor("==> Press Ctrl-C to exit <=="),
        type(CTRL_C),
        waitFor(PROMPT),
        type("version\r"),
        waitFor("4.2.5"),
        waitFor(PROMPT),
        type(CTRL_D),
        end,
      ],
    );
    expect(ran).toMatchObject({ status: 0, missing: null });
  });
});

describe("fg", () => {
  it("sends what is typed, shows what comes back, and ends at once at Ctrl-C", async () => {
    const ran = await onTerminal(
      ["fg", "cat"],
      [
        waitFor("==> Press Ctrl-C to exit <=="),
        type("héllo\r"),
        // Once as typed, once from the program.
        waitFor("héllo"),
        waitFor("héllo"),
        type(CTRL_C),
        waitFor("Exiting foreground"),
        end,
      ],
    );
    expect(ran).toMatchObject({ status: 0, missing: null });
    expect(readFileSync(join(daemon.folder, "logs/cat.out"), "utf8")).toContain("héllo\n");
  });

  it("returns to the prompt of the shell at Ctrl-C", async () => {
    const ran = await onTerminal(
      [],
      [
        waitFor(PROMPT),
        type("fg cat\r"),
        waitFor("==> Press Ctrl-C to exit <=="),
        type("again\r"),
        waitFor("again"),
        waitFor("again"),
        type(CTRL_C),
        waitFor("Exiting foreground"),
        waitFor(PROMPT),
        type("version\r"),
        waitFor("4.2.5"),
        waitFor(PROMPT),
        type(CTRL_D),
        end,
      ],
    );
    expect(ran).toMatchObject({ status: 0, missing: null });
  });

  it("refuses a process that does not run", async () => {
    const ran = await onTerminal(["fg", "caterpillar"], [waitFor("ERROR: process not running"), end]);
    expect(ran).toMatchObject({ status: 1, missing: null });
  });

  it("notices with the next line that the process has ended, and returns to the prompt", async () => {
    const stop = [REAL_SUPERVISORCTL, "-c", daemon.config, "stop", "grp:a"];
    const ran = await onTerminal(
      [],
      [
        waitFor(PROMPT),
        type("fg grp:a\r"),
        waitFor("==> Press Ctrl-C to exit <=="),
        { run: stop },
        type("anybody there?\r"),
        waitFor("Process got killed\r\nExiting foreground"),
        waitFor(PROMPT),
        type("start grp:a\r"),
        waitFor("grp:a: started"),
        waitFor(PROMPT),
        type(CTRL_D),
        end,
      ],
    );
    expect(ran).toMatchObject({ status: 0, missing: null });
  });

  it("forwards piped lines and ends with its input", async () => {
    const ran = await run(process.execPath, [bundle, "-c", daemon.config, "fg", "cat"], daemon.folder, "one\ntwo\n");
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout.endsWith("Exiting foreground\n")).toBe(true);
    const log = join(daemon.folder, "logs/cat.out");
    while (!readFileSync(log, "utf8").endsWith("one\ntwo\n")) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

describe("output of programs", () => {
  const HOSTILE = "\x1b]0;pwned\x07A\x1b[2JB\x1b[31mred\x1b[0mC\x9b5nD\u202eE\n";

  it("reaches a terminal without anything but text and colours in `tail -f`", async () => {
    appendFileSync(join(daemon.folder, "logs/cat.out"), HOSTILE);
    const ran = await onTerminal(["tail", "-f", "cat"], [waitFor("CDE"), type(CTRL_C), end]);
    expect(ran).toMatchObject({ status: 0, missing: null });
    expect(ran.output).toContain("AB\x1b[31mred\x1b[0mCDE");
    expect(ran.output).not.toContain("pwned");
  });

  it("reaches a terminal as it is with --raw", async () => {
    const ran = await onTerminal(["--raw", "tail", "-f", "cat"], [waitFor("\x1b]0;pwned\x07A"), type(CTRL_C), end]);
    expect(ran).toMatchObject({ status: 0, missing: null });
  });

  it("reaches a pipe as it is", async () => {
    const follower = spawn(process.execPath, [bundle, "-c", daemon.config, "tail", "-f", "cat"], { stdio: "pipe" });
    let seen = "";
    await new Promise<void>((resolve) =>
      follower.stdout.on("data", (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.includes(HOSTILE)) resolve();
      }),
    );
    const ended = new Promise((resolve) => follower.once("close", resolve));
    follower.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(seen.startsWith("==> Press Ctrl-C to exit <==\n")).toBe(true);
  });

  it("says on stderr that a log cannot be read, and ends with 0", async () => {
    const ran = await run(process.execPath, [bundle, "-c", daemon.config, "tail", "-f", "nosuch"], daemon.folder);
    expect(ran).toEqual({
      stdout: "==> Press Ctrl-C to exit <==\n",
      stderr: `unix://${daemon.socket}/logtail/nosuch/stdout Cannot read, status code 404\n`,
      status: 0,
    });
  });
});
