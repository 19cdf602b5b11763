import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, Project, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// The main job, like that of docs/first-run.md and larger: a project with a database, a proxy, a web server and workers is brought up,
// edited, hurt and brought down. Everything in it is real: Debian's redis-server and nginx, and Node programs.

let project: Project;
let ports: { redis: number; nginx: number; web: number[] };

beforeEach(async () => {
  project = new Project();
  const [redis = 0, nginx = 0, ...web] = await freePorts(5);
  ports = { redis, nginx, web };
  project.write("server.mjs", SERVER);
  project.write("worker.mjs", WORKER);
  project.write("nginx.conf", nginxConf(ports));
  project.write("supervisor.config.ts", config());
});

afterEach(() => project.close());

describe("a project with a database, a proxy, a web server and workers", () => {
  test("comes up, follows edits, survives kills and goes down", async () => {
    const up = await project.sup("up", "--wait", "--timeout", "90s");
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });

    const first = await project.status();
    expect(first.processes).toHaveLength(12);
    expect(first.processes.filter((one) => one.state !== "RUNNING" || !one.ready)).toEqual([]);
    for (const port of ports.web) expect(await get(port)).toBe(`web on ${port}: one\n`);
    expect(await get(ports.nginx)).toMatch(/^web on \d+: one\n$/);

    // One changed, one added, one removed: nobody else notices.
    project.write("supervisor.config.ts", config({ greeting: "two", clock: false, extra: true }));
    const edited = await project.until(
      (status) => status.config.generation === 2 && status.processes.every((one) => one.pid !== 0),
      "the edit",
    );
    expect(names(edited)).toEqual(
      names(first)
        .filter((name) => name !== "tools:clock")
        .concat("extra")
        .sort(),
    );
    const changed = (one: Status["processes"][number]): boolean => one.name.startsWith("web") || one.name === "extra";
    for (const one of edited.processes) {
      if (changed(one)) expect(pidOf(first, one.namespec)).not.toBe(one.pid);
      else expect(pidOf(first, one.namespec)).toBe(one.pid);
    }
    await project.until((status) => status.processes.every((one) => one.ready), "readiness after the edit");
    for (const port of ports.web) expect(await get(port)).toBe(`web on ${port}: two\n`);

    // A broken edit changes nothing and is shown with its place.
    const file = project.write(
      "supervisor.config.ts",
      config({ greeting: "two", clock: false, extra: true }).replace("numprocs: 3", "numprocs: 'three'"),
    );
    const stale = await project.until((status) => status.config.stale !== null, "the broken edit");
    expect(stale.config.stale?.problems).toMatch(/supervisor\.config\.ts:\d+:\d+/);
    expect(stale.config.stale?.problems).toContain("numprocs: 'three'");
    expect(stale.processes.map((one) => one.pid)).toEqual(edited.processes.map((one) => one.pid));
    const shown = await project.sup("status");
    expect(shown.stderr).toContain("config is stale");
    expect(shown.stderr).toContain(file);

    // Killed at random: each comes back, with a new pid, and nobody else does.
    const victims = ["app:web_1", "app:worker_0", "tools:redis"];
    for (const victim of victims) sendSignal(pidOf(stale, victim), "SIGKILL");
    const healed = await project.until(
      (status) =>
        victims.every((name) =>
          status.processes.some((one) => one.namespec === name && one.ready && one.pid !== pidOf(stale, name)),
        ),
      "the victims to come back",
    );
    for (const one of healed.processes) {
      expect(one.restarts, one.namespec).toBe(victims.includes(one.namespec) ? 1 : 0);
      if (!victims.includes(one.namespec)) expect(one.pid).toBe(pidOf(stale, one.namespec));
    }

    // What each wrote is in its own log, whole.
    const worker = healed.processes.find((one) => one.namespec === "app:worker_1");
    const lines = readFileSync(worker?.stdoutLogfile ?? "", "utf8").split("\n");
    expect(lines.slice(0, 3)).toEqual(["worker 1 line 0", "worker 1 line 1", "worker 1 line 2"]);
    const tail = await project.sup("logs", "app:worker_1", "-n", "1");
    expect(tail.stdout).toMatch(/^worker 1 line \d+$/);

    const down = await project.sup("down");
    expect(down).toMatchObject({ exitCode: 0, stdout: "Stopped." });
    for (const one of healed.processes) expect(isAlive(one.pid), one.namespec).toBe(false);
    expect(isAlive(healed.pid)).toBe(false);
    expect(isAlive(healed.supervisorPid)).toBe(false);
    await expect(get(ports.nginx)).rejects.toThrow();
    expect((await project.sup("status")).exitCode).toBe(3);
    expect(readdirSync(project.folder).filter((name) => name.startsWith("supervisor.config"))).toEqual([
      "supervisor.config.ts",
    ]);
  });
});

function names(status: Status): string[] {
  return status.processes.map((one) => one.namespec).sort();
}

function pidOf(status: Status, name: string): number {
  return status.processes.find((one) => one.namespec === name)?.pid ?? 0;
}

async function get(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10_000) });
  return response.text();
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const found = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}

const SERVER = `import { createServer } from "node:http";
const port = process.env.PORTS.split(" ")[Number(process.env.SUPERVISOR_PROCESS_NAME.split("_")[1])];
createServer((_, response) => response.end(\`web on \${port}: \${process.env.GREETING}\\n\`)).listen(Number(port), "127.0.0.1", () => {
  console.log(\`listening on \${port}\`);
});
`;

const WORKER = `const number = process.env.SUPERVISOR_PROCESS_NAME.split("_")[1];
for (let line = 0; line < 3; line++) console.log(\`worker \${number} line \${line}\`);
let line = 3;
setInterval(() => console.log(\`worker \${number} line \${line++}\`), 200);
`;

function nginxConf({ nginx, web }: { nginx: number; web: number[] }): string {
  return `worker_processes 1;
pid ${join(project.folder, "nginx.pid")};
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${project.folder}/body; proxy_temp_path ${project.folder}/proxy;
  fastcgi_temp_path ${project.folder}/fastcgi; uwsgi_temp_path ${project.folder}/uwsgi; scgi_temp_path ${project.folder}/scgi;
  upstream web { ${web.map((port) => `server 127.0.0.1:${port};`).join(" ")} }
  server { listen 127.0.0.1:${nginx}; location / { proxy_pass http://web; } }
}
`;
}

/** 12 processes: 3 web servers, 4 workers and a mailer in one group, redis, nginx, a clock and a beat in another. */
function config({ greeting = "one", clock = true, extra = false } = {}): string {
  return `import { defineConfig } from "sup";

const ports = ${JSON.stringify(ports.web.join(" "))};

export default defineConfig({
  programs: {
    redis: {
      command: "redis-server --port ${ports.redis} --bind 127.0.0.1 --save '' --appendonly no",
      health: { ready: { tcp: "127.0.0.1:${ports.redis}" } },
    },
    nginx: {
      command: "nginx -c ${join(project.folder, "nginx.conf")} -g 'daemon off;'",
      dependsOn: { web: "ready" },
      health: { ready: { tcp: "127.0.0.1:${ports.nginx}" } },
      stopsignal: "QUIT",
    },
    web: {
      command: "node server.mjs",
      numprocs: 3,
      processName: "%(program_name)s_%(process_num)d",
      environment: { PORTS: ports, GREETING: ${JSON.stringify(greeting)} },
      dependsOn: { redis: "ready" },
      health: { ready: { log: "listening on" } },
    },
    worker: { command: "node worker.mjs", numprocs: 4, processName: "%(program_name)s_%(process_num)d" },
    mailer: { command: "sleep 100000" },
    beat: { command: "sh -c 'while true; do date; sleep 1; done'", stopasgroup: true },
    ${clock ? `clock: { command: "sleep 100001" },` : ""}
    ${extra ? `extra: { command: "sleep 100002" },` : ""}
  },
  groups: {
    app: { programs: ["web", "worker", "mailer"] },
    tools: { programs: ["redis", "nginx", "beat"${clock ? `, "clock"` : ""}], priority: 100 },
  },
});
`;
}
