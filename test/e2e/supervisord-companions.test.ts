import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { askSupervisor } from "../ini/oracle.ts";
import { eventually, lives } from "../support/supervisord-pair.ts";
import { sendSignal } from "../support/send-signal.ts";

const bin = resolve(import.meta.dirname, "../../bin");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "companions-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("echo_supervisord_conf", () => {
  const sample = execFileSync(join(bin, "echo_supervisord_conf"), { encoding: "utf8" });
  /** `section key` of every option, whether it is commented out or not. */
  const options = (text: string): Set<string> => {
    const found = new Set<string>();
    let section = "";
    for (const line of text.split("\n")) {
      section = /^;?\[([\w-]+)(?::\w+)?\]/.exec(line)?.[1] ?? section;
      const key = /^;?([a-z_]+(?:\.[a-z_]+)?)\s*=/.exec(line)?.[1];
      if (key !== undefined) found.add(`${section} ${key}`);
    }
    return found;
  };

  test("prints a config that Supervisor reads", () => {
    const file = join(folder, "sample.conf");
    writeFileSync(file, sample);
    expect(askSupervisor([file])[0]).not.toHaveProperty("error");
  });

  test("with everything switched on, is one that Supervisor reads too, and checks clean here", () => {
    const own = (text: string): string =>
      text
        .replace(/^;(?=\[|[a-z_]+\s*=)/gm, "")
        .replaceAll(/^(user|socket_owner|chown)=.*/gm, (_, key: string) => `${key}=nobody`)
        .replaceAll("/a/path", join(folder, "a.log"))
        .replace("programs=progname1,progname2", "programs=theprogramname");
    const file = join(folder, "all.conf");
    writeFileSync(file, own(sample));
    expect(askSupervisor([file])[0]).not.toHaveProperty("error");
    const checked = JSON.parse(execFileSync(join(bin, "sup"), ["-c", file, "check", "--json"], { encoding: "utf8" }));
    expect(checked).toMatchObject({ ok: true, problems: [] });
    expect(JSON.stringify(checked.warnings)).not.toContain("unknown");
  });

  test("describes every option that Supervisor's own sample describes", () => {
    const theirs = options(execFileSync("/usr/bin/echo_supervisord_conf", { encoding: "utf8" }));
    const ours = options(sample);
    // The listener's and fcgi's options that they share with programs are described once here.
    const shared = (name: string): string => name.replace(/^(?:eventlistener|fcgi-program) /, "program ");
    expect([...theirs].filter((name) => !ours.has(name) && !ours.has(shared(name)))).toEqual([]);
  });
});

describe.each([
  ["ours", join(bin, "pidproxy")],
  ["Debian's", "/usr/bin/pidproxy"],
])("pidproxy, %s", (which, program) => {
  const name = which === "ours" ? "o" : "d";

  /** A command that ends once it has put a daemon into the background, whose pid it writes; the proxy on it. */
  function start(stays: boolean) {
    const pidfile = join(folder, `${name}.pid`);
    rmSync(pidfile, { force: true });
    const heard = join(folder, `${name}.heard`);
    rmSync(heard, { force: true });
    const daemon =
      `for s in HUP USR1 USR2 TERM; do trap "echo $s >> ${heard}; [ $s = TERM ] && exit" $s; done; ` +
      `echo $$ > ${pidfile}; while :; do sleep 0.05; done`;
    const file = join(folder, `${name}.sh`);
    writeFileSync(file, `#!/bin/sh\n( exec sh -c '${daemon.replaceAll("'", `'"'"'`)}' ) &\n${stays ? "wait" : ""}\n`, {
      mode: 0o755,
    });
    const child = spawn(program, [pidfile, file], { stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise<number | null>((done) => child.once("exit", (status) => done(status)));
    const read = (path: string): string => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return "";
      }
    };
    return { child, ended, pid: () => Number(read(pidfile)), heard: () => read(heard), pidfile };
  }

  test("passes signals on, and ends at once after the one that ends", async () => {
    const proxy = start(true);
    await eventually(() => proxy.pid() > 0);
    for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) {
      proxy.child.kill(signal);
      await eventually(() => proxy.heard().includes(signal.slice(3)));
    }
    proxy.child.kill("SIGTERM");
    expect(await proxy.ended).toBe(0);
    await eventually(() => !lives(proxy.pid()));
    expect(proxy.heard()).toBe("HUP\nUSR1\nUSR2\nTERM\n");
  });

  test("ends when its command has ended", async () => {
    const proxy = start(false);
    expect(await proxy.ended).toBe(0);
    await eventually(() => proxy.pid() > 0);
    sendSignal(proxy.pid(), "SIGTERM");
  });

  test("says when there is no pid to send to", async () => {
    const proxy = start(true);
    await eventually(() => proxy.pid() > 0);
    const pid = proxy.pid();
    rmSync(proxy.pidfile);
    let said = "";
    proxy.child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    proxy.child.kill("SIGHUP");
    await eventually(() => said !== "");
    expect(said).toBe(`Can't read child pidfile ${proxy.pidfile}!\n`);
    sendSignal(pid, "SIGTERM");
    expect(await proxy.ended).toBe(0);
  });

  test("shows its usage when something is missing, with status 1", async () => {
    const child = spawn(program, [join(folder, "x.pid")], { stdio: ["ignore", "pipe", "ignore"] });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const status = await new Promise((done) => child.once("close", done));
    expect(status).toBe(1);
    expect(said).toContain(`Usage: ${program} <pidfile name> <command> [<cmdarg1> ...]`);
  });
});
