import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debian, root } from "./workplace.mjs";
import { RpcConnection } from "./rpc-connection.mjs";

/** The two that read the same supervisord.conf. */
const supervisors = { sup: join(root, "bin/supervisord"), supervisord: debian.supervisord };

/** A supervisord, ours or Supervisor's, in the foreground, in a room of its own. */
export class Daemon {
  /**
   * @param programs the [program:x] sections, as text
   * @param logsInMemory whether the programs' AUTO logs are made in memory
   */
  constructor(place, kind, programs, logsInMemory = false) {
    this.place = place;
    this.kind = kind;
    this.room = place.room(kind);
    this.conf = join(this.room, "supervisord.conf");
    this.socket = join(this.room, "s.sock");
    this.env = {
      ...place.env,
      ...place.ways(this.room),
    };
    writeFileSync(
      this.conf,
      `[supervisord]
logfile=${this.room}/supervisord.log
pidfile=${this.room}/supervisord.pid
childlogdir=${logsInMemory ? place.room("logs", true) : this.room}
minfds=8192
[unix_http_server]
file=${this.socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${this.socket}
${programs}`,
    );
  }

  start() {
    const child = spawn(supervisors[this.kind], ["-n", "-c", this.conf], {
      env: this.env,
      cwd: this.room,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child = this.place.own(child);
    let said = "";
    this.child.stderr.on("data", (chunk) => (said = (said + chunk).slice(-4000)));
    this.ended = once(this.child, "exit").then(([code, signal]) => {
      if (!this.stopping) process.stderr.write(`${this.kind} ended (${code ?? signal}):\n${said}\n`);
    });
    return this;
  }

  /** A connection, once every program is RUNNING. */
  running() {
    return this.#connect((states) => states.every((state) => state === "RUNNING"));
  }

  /** A connection, once it is answered, whatever the programs do. */
  answering() {
    return this.#connect(() => true);
  }

  /** Asks again and again, because the answer is the fact that is waited for. */
  async #connect(enough) {
    const connection = new RpcConnection(this.socket);
    const deadline = Date.now() + 120_000;
    for (;;) {
      const states = await connection.call("supervisor.getAllProcessInfo").then(stateNames, () => []);
      if (states.length > 0 && enough(states)) return connection;
      if (Date.now() > deadline) throw new Error(`${this.kind}: not all programs run: ${[...new Set(states)]}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** SIGTERM, until it is gone: milliseconds. */
  async stop() {
    this.stopping = true;
    const start = process.hrtime.bigint();
    this.child.kill("SIGTERM");
    await this.ended;
    return Number(process.hrtime.bigint() - start) / 1e6;
  }

  /** Ends it and all its programs at once, for rows in which its end is not measured. */
  kill() {
    this.stopping = true;
    // The keeper first: nobody is to start again what is killed.
    endAll([this.child.pid, ...descendants(this.child.pid)]);
  }

  /** Processes of the manager itself: it, and the children that are not programs. */
  pids() {
    const own = descendants(this.child.pid).filter((pid) =>
      this.place.commandLine(pid).includes("/dist/supervisor.cjs"),
    );
    return [this.child.pid, ...own];
  }
}

/** Kills them all, in that order; some may be gone. */
export function endAll(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }
}

/** Children, their children and so on, by one look at all processes. */
export function descendants(root) {
  const children = new Map();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found.slice(1);
}

function stateNames(xml) {
  return [...xml.matchAll(/<name>statename<\/name>\s*<value><string>(\w+)</g)].map((match) => match[1]);
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
}
