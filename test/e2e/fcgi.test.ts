import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { closePair, eventually, makePair, onBoth, OURS, Side } from "../support/supervisord-pair.ts";
import { sendSignal } from "../support/send-signal.ts";

for (const program of ["/usr/sbin/fcgiwrap", "/usr/sbin/nginx"])
  if (!existsSync(program)) throw new Error(`${program} is missing: install Debian's packages "fcgiwrap" and "nginx"`);

function pidOf(side: Side, name: string): number {
  return Number(side.ctl("pid", name).trim());
}

function socketOf(side: Side, name: string): string {
  return readlinkSync(`/proc/${pidOf(side, name)}/fd/0`);
}

function fcgi(name: string, options: string): string {
  return `[fcgi-program:${name}]\ncommand=sleep 1000\n${options}\n`;
}

function running(side: Side, count: number): Promise<void> {
  return eventually(
    () => (side.ctl("status").match(/ RUNNING /g) ?? []).length === count,
    () => `${side.ctl("status")}\n${side.log}`,
  );
}

describe("under Debian's supervisord and ours", () => {
  const pair = makePair();
  const [ours, real] = pair;

  beforeAll(async () => {
    await onBoth(pair, async (side) => {
      side.configure(
        "[fcgi-program:owned]\ncommand=sleep 1000\nsocket=unix://@/x/../owned.sock\nsocket_mode=0770\n" +
          "socket_owner=nobody:nogroup\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)d\n" +
          "[fcgi-program:user]\ncommand=sleep 1000\nsocket=unix://@/user.sock\nuser=nobody\n" +
          "[fcgi-program:plain]\ncommand=sleep 1000\nsocket=unix://@/plain.sock\n" +
          fcgi("open", "socket=unix://@/open.sock\nsocket_mode=0666") +
          fcgi("someone", "socket=unix://@/someone.sock\nsocket_owner=nobody") +
          fcgi("both", "socket=unix://@/both.sock\nuser=nobody\nsocket_owner=nobody:adm\nsocket_mode=0660") +
          fcgi("short", "socket=unix://@/short.sock\nsocket_backlog=2") +
          fcgi("again", "socket=unix://@/again.sock") +
          fcgi("tcp", `socket=tcp://LocalHost:${side.isOurs ? 17_310 : 17_410}`) +
          fcgi("lost", "socket=unix://@/lost.sock") +
          "[group:grouped]\nprograms=lost\n",
      );
      // A socket that nobody listens on any more.
      const bind = `import socket; socket.socket(socket.AF_UNIX).bind("${side.path("again.sock")}")`;
      spawnSync("/usr/bin/python3", ["-c", bind]);
      await side.start();
      await running(side, 11);
    });
  });
  afterAll(() => closePair(pair));

  test("the sockets have the same owners and modes", () => {
    const look = (side: Side): unknown =>
      ["owned", "user", "plain", "open", "someone", "both", "short", "again"].map((name) => {
        const { uid, gid, mode } = statSync(side.path(`${name}.sock`));
        return [name, uid, gid, mode.toString(8)];
      });
    expect(look(ours)).toEqual(look(real));
    expect(look(ours)).toContainEqual(["owned", 65534, 65534, "140770"]);
    expect(look(ours)).toContainEqual(["open", 0, 0, "140666"]);
  });

  test("as many clients wait at a socket as its backlog allows", () => {
    const waiting = (side: Side): string => {
      const knock =
        "import socket, sys\nheld = []\ntry:\n  while len(held) < 50:\n    held.append(socket.socket(socket.AF_UNIX))\n" +
        "    held[-1].setblocking(False)\n    held[-1].connect(sys.argv[1])\nexcept BlockingIOError: print(len(held))";
      return spawnSync("/usr/bin/python3", ["-c", knock, side.path("short.sock")], { encoding: "utf8" }).stdout;
    };
    expect(waiting(ours)).toBe(waiting(real));
    expect(waiting(ours)).toMatch(/^\d+\n$/);
  });

  test("a TCP socket is listened on at its address, whatever the case of its host", () => {
    for (const side of pair) {
      const port = (side.isOurs ? 17_310 : 17_410).toString(16).toUpperCase();
      expect(readFileSync("/proc/net/tcp", "utf8")).toContain(`0100007F:${port} 00000000:0000 0A`);
      expect(socketOf(side, "tcp")).toMatch(/^socket:/);
      expect(side.lines()).toContain(`INFO Creating socket tcp://localhost:${Number.parseInt(port, 16)}`);
    }
  });

  test("a program that a group names has no socket, and its stdin can be written to", () => {
    for (const side of pair) {
      expect(existsSync(side.path("lost.sock"))).toBe(false);
      expect(socketOf(side, "grouped:lost")).not.toMatch(/^socket:/);
    }
  });

  test("all processes of a group have one socket as descriptor 0, and nothing can be sent to it", () => {
    for (const side of pair) {
      const sockets = ["owned:owned_0", "owned:owned_1"].map((name) => socketOf(side, name));
      expect(sockets[0]).toMatch(/^socket:/);
      expect(sockets[1]).toBe(sockets[0]);
      expect(socketOf(side, "plain")).not.toBe(sockets[0]);
      const call = ["test/programs/call_supervisor.py", side.path("s.sock"), "sendProcessStdin", "plain", "x"];
      expect(spawnSync("/usr/bin/python3", call, { encoding: "utf8" }).stderr).toContain(
        "<Fault 20: 'NO_FILE: plain'>",
      );
    }
  });

  test("the only process of a group is restarted with the same socket here; Supervisor makes a new one", async () => {
    const [kept, renewed] = await onBoth(pair, async (side) => {
      const [pid, socket] = [pidOf(side, "plain"), socketOf(side, "plain")];
      sendSignal(pid, "SIGKILL");
      await eventually(() => pidOf(side, "plain") > 0 && pidOf(side, "plain") !== pid);
      return [
        socketOf(side, "plain") === socket,
        side.log.includes(`Closing socket unix://${side.path("plain.sock")}`),
      ];
    });
    expect(kept).toEqual([true, false]);
    expect(renewed).toEqual([false, true]);
  });

  test("stopping one process keeps the socket, stopping the last closes it, and its file stays", async () => {
    const stories = await onBoth(pair, async (side) => {
      const before = side.lines().length;
      const story: unknown[] = [
        side.ctl("stop", "owned:owned_0"),
        socketOf(side, "owned:owned_1").startsWith("socket:"),
      ];
      story.push(
        side
          .lines()
          .slice(before)
          .filter((line) => line.includes("socket")),
      );
      side.ctl("stop", "owned:owned_1");
      await eventually(() => side.lines().slice(before).join("\n").includes("Closing socket"));
      story.push(statSync(side.path("owned.sock")).isSocket());
      side.ctl("start", "owned:*");
      story.push(
        side
          .lines()
          .slice(before)
          .filter((line) => line.includes("socket")),
      );
      return story;
    });
    expect(stories[0]).toEqual(stories[1]);
    expect(stories[0]?.at(-1)).toEqual([
      "INFO Closing socket unix://@/owned.sock",
      "INFO Creating socket unix://@/owned.sock",
    ]);
  });
});

describe("ours", () => {
  let side: Side | null = null;
  let nginx: ChildProcess | null = null;
  afterEach(async () => {
    nginx?.kill("SIGTERM");
    await side?.close();
  });

  test("a shutdown says that the sockets are closed", async () => {
    side = new Side(OURS);
    side.configure("[fcgi-program:a]\ncommand=sleep 1000\nsocket=unix://@/a.sock\n");
    await side.start();
    await running(side, 1);
    await side.stop();
    expect(side.lines()).toContain("INFO Closing socket unix://@/a.sock");
  });

  test("a socket that cannot be created costs its own programs only, and says why", async () => {
    side = new Side(OURS);
    side.write("precious", "keep me");
    side.configure(
      "[fcgi-program:bad]\ncommand=sleep 1000\nsocket=unix://@/precious\nstartretries=0\n" +
        "[program:good]\ncommand=sleep 1000\n",
    );
    await side.start();
    await side.until("gave up: bad entered FATAL state");
    expect(side.lines()).toContainEqual(
      expect.stringContaining(
        "Could not create FastCGI socket unix://@/precious: @/precious exists and is not a socket",
      ),
    );
    expect(side.read("precious")).toBe("keep me");
    await running(side, 1);
  });

  test("nginx gets an answer to every request while each of three processes is restarted, killed, and the supervisor too", async () => {
    side = new Side(OURS);
    side.write("app.cgi", '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n$PPID"\n', 0o755);
    chmodSync(side.path("app.cgi"), 0o755);
    side.configure(
      "[fcgi-program:app]\ncommand=/usr/sbin/fcgiwrap\nsocket=unix://@/app.sock\nsocket_mode=0777\nnumprocs=3\n" +
        "process_name=%(program_name)s_%(process_num)d\nstartsecs=0\nstopsignal=USR1\n",
    );
    await side.start();
    await running(side, 3);
    const port = await freePort();
    nginx = startNginx(side, port);
    await eventuallyAnswers(port);

    const load = keepAsking(port);
    const served = (name: string): Promise<void> => {
      const pid = String(pidOf(side as Side, name));
      return eventually(
        () => load.answers.has(pid),
        () => `${name} (pid ${pid}) answers nothing`,
      );
    };
    for (const name of ["app:app_0", "app:app_1", "app:app_2"]) {
      const before = pidOf(side, name);
      side.ctl("restart", name);
      expect(pidOf(side, name)).not.toBe(before);
      await served(name);
    }
    const supervisor = supervisorOf(side);
    sendSignal(supervisor, "SIGKILL");
    const daemon = side;
    await eventually(() => ![0, supervisor].includes(supervisorOf(daemon)) && daemon.ctl("pid", "app:app_0") !== "");
    await running(side, 3);
    side.ctl("restart", "app:app_1");
    await served("app:app_1");
    const failures = await load.end();
    expect(failures).toEqual([]);
    expect(load.answers.size).toBeGreaterThanOrEqual(4);
  });
});

/** The child of the daemon's known pid that decides. */
function supervisorOf(side: Side): number {
  const children = `/proc/${side.pid}/task/${side.pid}/children`;
  return (
    read(children)
      .trim()
      .split(" ")
      .map(Number)
      .find((pid) => pid > 0 && read(`/proc/${pid}/cmdline`).includes("supervisor.cjs")) ?? 0
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it has ended
  }
}

function startNginx(side: Side, port: number): ChildProcess {
  const config = side.write(
    "nginx.conf",
    "daemon off; master_process off; pid @/nginx.pid; error_log @/nginx.err; events {}\n" +
      "http { access_log off; client_body_temp_path @/t1; proxy_temp_path @/t2; fastcgi_temp_path @/t3; uwsgi_temp_path @/t4;\n" +
      `scgi_temp_path @/t5; server { listen 127.0.0.1:${port}; location / {\n` +
      "fastcgi_pass unix:@/app.sock; fastcgi_param SCRIPT_FILENAME @/app.cgi; fastcgi_param REQUEST_METHOD GET; } } }\n",
  );
  return spawn("/usr/sbin/nginx", ["-c", config, "-e", side.path("nginx.err")], { stdio: "ignore" });
}

/** Status and text, or the error's name. */
function ask(port: number): Promise<readonly [number | string, string]> {
  return new Promise((answer) => {
    request({ host: "127.0.0.1", port, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.once("end", () => answer([response.statusCode ?? 0, text]));
      response.once("error", (error) => answer([error.message, ""]));
    })
      .once("error", (error) => answer([error.message, ""]))
      .end();
  });
}

async function eventuallyAnswers(port: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const [status] = await ask(port);
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`nginx answers ${status}`);
  }
}

/** Two clients that ask one request after the other until told to end. */
function keepAsking(port: number) {
  const answers = new Map<string, number>();
  const failures: unknown[] = [];
  const load = { over: false };
  const client = async (): Promise<void> => {
    while (!load.over) {
      const [status, text] = await ask(port);
      if (status === 200 && /^\d+$/.test(text)) answers.set(text, (answers.get(text) ?? 0) + 1);
      else failures.push([status, text.slice(0, 200)]);
    }
  };
  const clients = Promise.all([client(), client()]);
  return {
    answers,
    async end(): Promise<unknown[]> {
      load.over = true;
      await clients;
      return failures;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
