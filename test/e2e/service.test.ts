import { execFileSync, spawn } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, programs, Project, seen } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// Under systemd, as far as that goes without it: the unit is checked by systemd-analyze, readiness is told by the real
// systemd-notify to a socket like systemd's, and what systemd does to the main process is done to it here.

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

function config(programs: Record<string, object>): void {
  project.write("supervisor.config.json", JSON.stringify({ programs }));
}

describe("the unit", () => {
  test("is one that systemd accepts, with every place filled in", async () => {
    config({ web: { command: "sleep 1000" } });
    const { stdout, exitCode } = await project.sup("init", "--systemd");
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("{{");
    expect(stdout).toContain(`-c "${project.folder}/supervisor.config.json" run --service\n`);
    expect(stdout).toContain("\nUser=root\n");
    const unit = project.write("sup-test.service", stdout);
    const said = execFileSync("systemd-analyze", ["verify", unit], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(said).toBe("");
    // It does find mistakes.
    project.write("sup-test.service", stdout.replace("ExecStart=", "ExecStart=/no/such/program "));
    expect(() => execFileSync("systemd-analyze", ["verify", unit], { stdio: "pipe" })).toThrow(/no\/such\/program/);
  });

  test("runs as the owner of the config", async () => {
    config({ web: { command: "sleep 1000" } });
    chownSync(join(project.folder, "supervisor.config.json"), 65_534, 65_534);
    expect((await project.sup("init", "--systemd")).stdout).toContain("\nUser=nobody\n");
  });
});

describe("the main process of a service", () => {
  test("says when it is ready, logs to the journal, and passes nothing of systemd's on", async () => {
    const socket = join(project.folder, "notify");
    const systemd = spawn("python3", [`${programs}/notify_socket.py`, socket], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let told = "";
    const heard = (text: string): Promise<void> =>
      new Promise((done) => {
        const look = (): void => void (told.includes(text) && done());
        systemd.stdout.on("data", (chunk: Buffer) => {
          told += chunk.toString();
          look();
        });
        look();
      });
    try {
      await heard("listening");
      config({ web: { command: "sh -c 'env; echo end; exec sleep 1000'", startsecs: 0 } });
      Object.assign(project.env, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "1000000", OTHER: "kept" });
      const main = project.spawn(["run", "--service"]);
      await heard(`READY=1 MAINPID=${main.pid}`);
      await seen(main, /INFO spawned: 'web' with pid \d+/);
      const status = await project.status();
      expect(status.pid).toBe(main.pid);
      await untilTrue(() => readFileSync(status.processes[0]?.stdoutLogfile ?? "", "utf8").includes("end\n"));
      const environment = readFileSync(status.processes[0]?.stdoutLogfile ?? "", "utf8");
      expect(environment).toContain("OTHER=kept");
      expect(environment).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
      // As ExecReload does.
      config({ web: { command: "sleep 1000", startsecs: 0 }, more: { command: "sleep 1000", startsecs: 0 } });
      sendSignal(status.pid, "SIGHUP");
      await seen(main, /success: more entered RUNNING/);
      sendSignal(status.pid, "SIGTERM");
      expect((await main).exitCode).toBe(0);
    } finally {
      systemd.kill("SIGKILL");
    }
  });

  test("may be killed and started again: the programs run on, and are taken over", async () => {
    config({ web: { command: "sleep 1000", startsecs: 0 }, db: { command: "sleep 1000", startsecs: 0 } });
    const first = project.spawn(["run", "--service"]);
    await seen(first, /(web|db) entered RUNNING[^]*(web|db) entered RUNNING/);
    const before = await project.status();
    sendSignal(before.pid, "SIGKILL");
    await first;
    const second = project.spawn(["run", "--service"]);
    await seen(second, /the daemon before this one was killed; 2 programs run on/);
    const after = await project.status();
    expect(after.pid).not.toBe(before.pid);
    expect(after.processes.map((one) => one.pid)).toEqual(before.processes.map((one) => one.pid));
    sendSignal(after.pid, "SIGTERM");
    expect((await second).exitCode).toBe(0);
    expect(after.processes.some((one) => isAlive(one.pid))).toBe(false);
  });

  test("ends with 2 for a config with mistakes, which systemd is not to try again", async () => {
    config({ web: { command: 5 } });
    const main = await project.sup("run", "--service");
    expect(main.exitCode).toBe(2);
    expect(main.stderr).toContain("programs.web.command");
  });

  test("is found by clients that have not its environment", async () => {
    config({ web: { command: "sleep 1000", startsecs: 0 } });
    const name = `sup-${project.folder.split("/").at(-1)}`;
    const places = [join("/run", name), join("/var/lib", name)] as const;
    const { SUP_RUNTIME_DIR: _, SUP_STATE_DIR: __, ...clients } = project.env;
    try {
      for (const place of places) mkdirSync(place, { mode: 0o700 });
      Object.assign(project.env, { SUP_RUNTIME_DIR: places[0], SUP_STATE_DIR: places[1] });
      const main = project.spawn(["run", "--service"]);
      await seen(main, /web entered RUNNING/);
      const told = execFileSync(join(import.meta.dirname, "../../bin/sup"), ["pid"], {
        cwd: project.folder,
        env: clients,
        encoding: "utf8",
      });
      expect(Number(told)).toBe(main.pid);
      expect((await project.sup("down")).exitCode).toBe(0);
      expect((await main).exitCode).toBe(0);
    } finally {
      for (const place of places) rmSync(place, { recursive: true, force: true });
    }
  });
});

async function untilTrue(look: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!look()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
