import { request } from "node:http";
import { appendFileSync, readFileSync, readdirSync, renameSync, statSync, unlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// The keeper holds a copy of every listening socket: a dead supervisor makes clients wait, and refuses none.

let project: Project;
let port = 0;
beforeEach(async () => {
  project = new Project();
  port = await freePort();
});
afterEach(() => project.close());

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const file = (): string => join(project.folder, "s.sock");

function configure(chmod = "0700", inet = true): void {
  project.write(
    "supervisord.conf",
    `[supervisord]\n[unix_http_server]\nfile=${file()}\nchmod=${chmod}\n` +
      (inet ? `[inet_http_server]\nport=127.0.0.1:${port}\n` : "") +
      "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n" +
      "[program:a]\ncommand=sleep 1000\n",
  );
}

type Door = { readonly socketPath: string } | { readonly host: string; readonly port: number };
const tcp = (): Door => ({ host: "127.0.0.1", port });

/** What came of one request: a status, or an error's code. */
function ask(door: Door): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request({ ...door, path: "/healthz", agent: false }, (response) => {
      response.resume();
      response.once("close", () => resolve(response.statusCode ?? 0));
    });
    asked.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    asked.end();
  });
}

/** Neither an answer nor a connection that was cut off after it had been accepted. */
function isRefusal(answer: number | string): boolean {
  return answer !== 200 && answer !== "ECONNRESET" && answer !== "EPIPE";
}

test("clients of every socket wait while the supervisor is killed twenty times, and none is refused", async () => {
  configure();
  await project.sup("up", "-d");
  const doors: Door[] = [{ socketPath: file() }, tcp()];
  const answers = new Map<number | string, number>();
  const over = new AbortController();
  const clients = doors.flatMap((door) =>
    [1, 2, 3].map(async () => {
      while (!over.signal.aborted) {
        const answer = await ask(door);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    }),
  );
  const killed = new Set<number>();
  while (killed.size < 20) {
    const { supervisorPid } = await project.until((status) => !killed.has(status.supervisorPid), "the next supervisor");
    killed.add(supervisorPid);
    sendSignal(supervisorPid, "SIGKILL");
  }
  await project.until((status) => !killed.has(status.supervisorPid), "the last supervisor");
  const before = answers.get(200) ?? 0;
  while ((answers.get(200) ?? 0) < before + 20) await new Promise((resolve) => setTimeout(resolve, 10));
  over.abort();
  await Promise.all(clients);
  // Who was being served when the axe fell is cut off; nobody is turned away at the door.
  expect([...answers.keys()].filter(isRefusal)).toEqual([]);
  const cut = (answers.get("ECONNRESET") ?? 0) + (answers.get("EPIPE") ?? 0);
  expect(cut).toBeLessThanOrEqual(20 * clients.length);
});

test("a socket whose file is gone when the supervisor comes back is made anew, with its mode", async () => {
  configure("0770");
  await project.sup("up", "-d");
  const { supervisorPid } = await project.status();
  // Stopped, it cannot mend it itself.
  sendSignal(supervisorPid, "SIGSTOP");
  unlinkSync(file());
  sendSignal(supervisorPid, "SIGKILL");
  await project.until((status) => status.supervisorPid !== supervisorPid, "the next supervisor");
  expect(await ask({ socketPath: file() })).toBe(200);
  expect((statSync(file()).mode & 0o777).toString(8)).toBe("770");
});

test("what happens beside a socket wakes nobody; what happens to it is mended", async () => {
  configure("0770", false);
  await project.sup("up", "-d", "--no-watch");
  const { supervisorPid } = await project.status();
  const wakes = (): number =>
    [...readFileSync(`/proc/${supervisorPid}/status`, "utf8").matchAll(/ctxt_switches:\s+(\d+)/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  const log = join(dirname(file()), "beside.log");
  appendFileSync(log, "it is there\n");
  const before = wakes();
  for (let line = 0; line < 200; line++) {
    appendFileSync(log, "a line of some program\n");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(wakes() - before).toBeLessThan(50);

  const reached = async (): Promise<void> => {
    const deadline = Date.now() + 60_000;
    while ((await ask({ socketPath: file() })) !== 200 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ask({ socketPath: file() })).toBe(200);
    expect((statSync(file()).mode & 0o777).toString(8)).toBe("770");
  };
  for (const lose of [
    () => unlinkSync(file()),
    () => renameSync(file(), `${file()}.moved`),
    () => unlinkSync(file()),
  ]) {
    lose();
    await reached();
  }
  expect((await project.status()).supervisorPid).toBe(supervisorPid);
});

test("a restart with other servers closes what is not in the config any more, and refuses nobody at what is", async () => {
  configure("0700");
  await project.sup("up", "-d", "--no-watch");
  const before = await project.status();
  expect(await ask(tcp())).toBe(200);
  configure("0770", false);
  const answers = new Set<number | string>();
  const over = new AbortController();
  const control = { socketPath: join(project.env["SUP_RUNTIME_DIR"] ?? "", controlFolder(), "control.sock") };
  const client = (async () => {
    while (!over.signal.aborted) answers.add(await ask(control));
  })();
  await project.sup("shell", "reload");
  await project.until((status) => status.supervisorPid !== before.supervisorPid, "the next supervisor");
  over.abort();
  await client;
  expect([...answers].filter(isRefusal)).toEqual([]);
  expect((await project.status()).pid).toBe(before.pid);
  expect(await ask(tcp())).toBe("ECONNREFUSED");
  expect(await ask({ socketPath: file() })).toBe(200);
  expect((statSync(file()).mode & 0o777).toString(8)).toBe("770");
  expect((await project.sup("down")).exitCode).toBe(0);
  expect(await ask({ socketPath: file() })).toBe("ENOENT");
});

function controlFolder(): string {
  const [folder = ""] = readdirSync(project.env["SUP_RUNTIME_DIR"] ?? "");
  return folder;
}
