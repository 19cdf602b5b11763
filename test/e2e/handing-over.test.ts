import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive, Project, programs } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// What a supervisor process leaves to the next one: nothing is forgotten, nothing is said twice or not at all, nothing stays behind.

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

/** A file of the daemon, in the folder that it has made below one of these. */
function find(below: ".run" | ".state", name: string): string {
  const folder = join(project.folder, below);
  const [instance = ""] = existsSync(folder) ? readdirSync(folder) : [];
  return join(folder, instance, name);
}
const mainLog = (): string => readFileSync(find(".state", "supervisord.log"), "utf8");
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function save(config: object): void {
  project.write("supervisor.config.json", JSON.stringify(config));
}

/** A client that asks for the output of a flood, and reads nothing but the beginning. */
async function deafClient(): Promise<Socket> {
  const socket = connect(find(".run", "control.sock"));
  await once(socket, "connect");
  socket.on("error", () => undefined);
  socket.write("GET /api/v1/stream?logs=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  for (let heard = 0; heard < 1 << 16;) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    heard += chunk.length;
  }
  socket.pause();
  return socket;
}

test("an event listener hears of every exit, also of those during an upgrade", async () => {
  const heard = join(project.folder, "heard");
  const eager = {
    command: "sleep 0.05",
    startsecs: 0,
    autorestart: true,
    numprocs: 30,
    processName: "%(process_num)02d",
  };
  save({
    programs: { eager: { ...eager }, flood: { command: "yes", startsecs: 0, stdoutLogfile: "none" } },
    eventlisteners: {
      ear: {
        command: `perl ${programs}/listener.pl ok ${heard}`,
        events: ["PROCESS_STATE_EXITED"],
        bufferSize: 10_000,
      },
    },
  });
  await project.sup("up", "-d", "--wait");
  for (let times = 0; times < 2; times++) {
    const client = await deafClient();
    expect((await project.sup("upgrade")).exitCode).toBe(0);
    client.destroy();
  }
  await project.sup("stop", "eager");
  const exits = count(mainLog(), /INFO exited: \d\d /g);
  expect(exits).toBeGreaterThan(60);
  await until(() => count(readFileSync(heard, "utf8"), /\n/g) >= exits);
});

test("the log has every line, also the same one again after the death of a supervisor process", async () => {
  save({ programs: { idle: { command: "sleep 1000" } } });
  await project.sup("up", "-d", "--wait");
  for (let times = 1; times <= 2; times++) {
    const { pid, supervisorPid } = await project.status();
    sendSignal(pid, "SIGUSR2");
    await until(() => count(mainLog(), /received SIGUSR2/g) >= times);
    if (times === 2) break;
    sendSignal(supervisorPid, "SIGKILL");
    await project.until((now) => now.supervisorPid !== supervisorPid, "the next supervisor");
  }
});

test("a signal to a daemon whose supervisor process has just died is heard by the next one", async () => {
  save({ programs: { idle: { command: "sleep 1000" } } });
  await project.sup("up", "-d", "--wait");
  const { pid, supervisorPid } = await project.status();
  sendSignal(supervisorPid, "SIGKILL");
  // The keeper knows of it: nobody else reaps it.
  await until(() => !existsSync(`/proc/${supervisorPid}`));
  sendSignal(pid, "SIGUSR2");
  await until(() => count(mainLog(), /received SIGUSR2 indicating log reopen request/g) === 1);
});

test("sup down ends what a killed supervisor has begun and nobody knows any more", async () => {
  const script = "trap : TERM; while [ ! -e enough ]; do sleep 0.1; done";
  const stubborn = { command: `sh -c '${script}'`, startsecs: 0, stopwaitsecs: 1000 };
  const idle = { command: "sleep 1000", startsecs: 0 };
  save({ programs: { slow: stubborn } });
  await project.sup("up", "-d", "--wait");
  save({ programs: { slow: { ...stubborn, environment: { EDITED: "1" } } } });
  await project.until((now) => now.processes[0]?.state === "STOPPING", "the first edit");
  // Not kept for a later supervisor before the first one is through.
  save({ programs: { slow: { ...stubborn, environment: { EDITED: "1" } }, comes: idle } });
  const both = await project.until((now) => now.processes[1]?.state === "RUNNING", "the second edit");
  const comes = both.processes[1]?.pid ?? 0;
  project.write("supervisor.config.json", "{ this is none");
  sendSignal(both.supervisorPid, "SIGKILL");
  await project.until((now) => now.supervisorPid !== both.supervisorPid && now.config.stale !== null, "the next one");
  expect(isAlive(comes)).toBe(true);
  project.write("enough", "");
  expect((await project.sup("down", "--timeout", "60s")).exitCode).toBe(0);
  expect(isAlive(comes)).toBe(false);
  expect(existsSync(find(".run", "control.sock"))).toBe(false);
});
