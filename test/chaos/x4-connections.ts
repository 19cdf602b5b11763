import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { ask, eventually, rpc } from "../support/http.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Target, type Bystander } from "./target.ts";
import { kill } from "./world.ts";

/** Connections that cost the sender nothing: they must cost us neither the service nor the programs. */
export const connections: ChaosTest = {
  id: "X4",
  title: "slow, idle and too many connections",
  criterion:
    "500 slow ones closed within 15 s; 2000 idle and 4500 with a limit of 1024 open files: the unix socket answers within " +
    "50 ms, a killed program is back within 100 ms, an honest idle client keeps its connection",
  async run() {
    const target = new Target();
    const figures: Record<string, string> = {};
    const [broken, late]: [string[], string[]] = [[], []];
    try {
      // Its start takes longer than a request may.
      const spec = { command: "/bin/sleep 100000", stdoutLogfile: "NONE", startsecs: 0, autorestart: true };
      await target.up({ late: { ...spec, startsecs: 12, autostart: false }, other: spec });
      const note = (name: string, text: string, { answers, p99, rssGrowth }: Bystander): void => {
        figures[name] = `${text}; ${answers} answers on the unix socket, p99 ${p99} ms, ${rssGrowth} MiB more`;
        if (answers === 0) broken.push(`${name}: no answer on the unix socket`);
        if (p99 > 50) late.push(`${name}: p99 on the unix socket ${p99} ms`);
      };
      const slow = await slowRequests(target);
      note("500 slow", `closed after ${slow.seconds} s`, slow.bystander);
      if (slow.seconds > 15) late.push(`slow connections were closed after ${slow.seconds} s`);
      broken.push(...slow.broken);

      const many = Math.min(4500, openFilesAllowed() - 300);
      execFileSync("prlimit", ["--pid", String(target.supervisorPid), "--nofile=1024:"]);
      // Each its own program: one that dies again within a second waits for the second to end.
      for (const [count, victim] of [
        [2000, "victim"],
        [many, "other"],
      ] as const) {
        const { result, bystander } = await target.during(() => crowd(target, count, victim));
        const name = `${count} idle`;
        note(name, `${result.closed} turned away, killed program back after ${result.backAfter} ms`, bystander);
        if (result.backAfter > 100) late.push(`${name}: a killed program was back after ${result.backAfter} ms`);
      }
      // Room again for the honest.
      await eventually(
        () =>
          ask({ port: target.open, path: "/ok.html" }).then(
            ({ status }) => status === 200,
            () => false,
          ),
        "room",
      );
      return { figures, broken: [...broken, ...(await target.brokenPromises())], late };
    } finally {
      await target.close();
    }
  },
};

/** Half requests and silent connections; an honest client keeps an idle connection meanwhile, another waits for an answer. */
async function slowRequests(target: Target): Promise<{ seconds: number; bystander: Bystander; broken: string[] }> {
  const port = target.open;
  const broken: string[] = [];
  const idle = new Agent({ keepAlive: true, maxSockets: 1 });
  await rpc({ port, agent: idle }, "supervisor.getState");
  const slowStart = rpc({ port }, "supervisor.startProcess", "late").catch((error: Error) => error.message);
  await eventually(async () => {
    const late = (await target.rpc("supervisor.getProcessInfo", "late")) as { statename: string };
    return late.statename === "STARTING";
  }, "the slow start to begin");
  const where = { port, host: "127.0.0.1" };
  const { result: seconds, bystander } = await target.during(async () => {
    const began = performance.now();
    await Promise.all([
      hold(where, 120, "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
      hold(
        where,
        120,
        "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 100\r\n\r\n<",
      ),
      hold(where, 260, ""),
    ]);
    return Math.round((performance.now() - began) / 100) / 10;
  });
  if ((await slowStart) !== true) broken.push("a start that takes longer than the limits was cut off");
  const [kept] = Object.values(idle.freeSockets)[0] ?? [];
  if (kept === undefined || kept.destroyed) broken.push("an honest idle connection was closed");
  await rpc({ port, agent: idle }, "supervisor.getPID");
  if (Object.values(idle.freeSockets)[0]?.[0] !== kept)
    broken.push("an honest idle connection could not be used again");
  idle.destroy();
  return { seconds, bystander, broken };
}

/** Resolves when the server has closed all of so many connections that say this, or nothing, and no more. */
function hold(where: NetConnectOpts, count: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    let closed = 0;
    for (let index = 0; index < count; index++) {
      const socket: Socket = connect(where, () => socket.write(text));
      socket.on("error", () => {});
      socket.on("data", () => {});
      socket.once("close", () => ++closed === count && resolve());
    }
  });
}

/** So many connections at once, held until a program that is killed meanwhile is back. */
async function crowd(target: Target, count: number, victim: string): Promise<{ closed: number; backAfter: number }> {
  const sockets: Socket[] = [];
  let settled = 0;
  let closed = 0;
  try {
    for (let index = 0; index < count; index++) {
      const socket = connect(target.open, "127.0.0.1");
      let counted = false;
      const count = (): void => {
        if (!counted) settled++;
        counted = true;
      };
      socket.once("connect", count);
      socket.on("error", count);
      socket.once("close", () => closed++);
      sockets.push(socket);
    }
    await eventually(() => settled === count, "all connections to be made or refused");
    await eventually(() => closed >= count - 256, "the surplus to be closed");
    const info = (): Promise<{ pid: number }> =>
      target.rpc("supervisor.getProcessInfo", victim) as Promise<{ pid: number }>;
    const { pid } = await info();
    const began = performance.now();
    kill(pid, "SIGKILL");
    await eventually(async () => {
      const now = await info();
      return now.pid !== 0 && now.pid !== pid;
    }, "the killed program");
    return { closed, backAfter: Math.round(performance.now() - began) };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function openFilesAllowed(): number {
  return Number(/^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1] ?? 1024);
}
