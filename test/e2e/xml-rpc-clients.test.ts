import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../ctl/run-ctl.ts";
import { REAL_SUPERVISORCTL } from "../oracle/real-supervisord.ts";
import { ask, eventually, freePort, rpc } from "../support/http.ts";
import { Project } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

let project: Project;
let port: number;
let socket: string;

beforeEach(async () => {
  project = new Project();
  port = await freePort();
  socket = join(project.folder, "s.sock");
});

afterEach(() => project.close());

const PROGRAMS = `
    cat: { command: "/bin/cat", stdoutLogfile: "cat.out", stderrLogfile: "cat.err" },
    done: { command: "/bin/echo hello", startsecs: 0, autorestart: false, stdoutLogfile: "done.out" },
    mute: { command: "/bin/sleep 1000", stdoutLogfile: "NONE", stderrLogfile: "NONE" },`;

function config(programs = PROGRAMS, more = ""): string {
  return `import { defineConfig } from "sup";
export default defineConfig({
  unixHttpServer: { file: "s.sock", chmod: "0770" },
  inetHttpServer: { port: "127.0.0.1:${port}", username: "user", password: "pass" },
  ${more}
  programs: {${programs}
  },
});
`;
}

async function up(text = config()): Promise<void> {
  project.write("supervisor.config.ts", text);
  const started = await project.sup("up", "-d", "--no-watch");
  if (started.exitCode !== 0) throw new Error(started.stderr + started.stdout);
  await project.until((status) => status.processes.some((one) => one.name === "cat" && one.pid !== 0), "cat");
}

const auth = { Authorization: `Basic ${Buffer.from("user:pass").toString("base64")}` };
const unix = () => ({ socketPath: socket });

/** A stream being read by curl, as a person would. */
class Curl {
  text = "";
  readonly ended: Promise<void>;
  readonly #child;

  constructor(...args: string[]) {
    this.#child = spawn("curl", ["-sN", ...args], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child.stdout.on("data", (chunk: Buffer) => (this.text += chunk.toString()));
    this.ended = new Promise((resolve) => this.#child.once("close", () => resolve()));
  }

  shows(expected: string): Promise<void> {
    return eventually(
      () => this.text === expected,
      `${JSON.stringify(expected)} instead of ${JSON.stringify(this.text)}`,
    );
  }

  stop(): void {
    this.#child.kill();
  }
}

describe("a daemon with servers in its TypeScript config", () => {
  test("is controlled by Python's xmlrpc.client over TCP with a password", async () => {
    await up();
    const script = `
import xmlrpc.client, json
s = xmlrpc.client.ServerProxy("http://user:pass@127.0.0.1:${port}/RPC2").supervisor
assert s.getAPIVersion() == "3.0"
assert s.getState() == {"statecode": 1, "statename": "RUNNING"}
assert s.stopProcess("cat") is True
try:
    s.stopProcess("cat")
except xmlrpc.client.Fault as fault:
    assert (fault.faultCode, fault.faultString) == (70, "NOT_RUNNING: cat"), fault
assert s.startProcess("cat", False) is True
assert s.sendProcessStdin("mute", "x") is True
names = [p["group"] + ":" + p["name"] for p in s.getAllProcessInfo()]
assert names == ["cat:cat", "done:done", "mute:mute"], names
try:
    xmlrpc.client.ServerProxy("http://user:wrong@127.0.0.1:${port}/RPC2").supervisor.getPID()
    raise SystemExit("a wrong password got in")
except xmlrpc.client.ProtocolError as error:
    assert error.errcode == 401
print("fine")
`;
    expect(await run("python3", ["-c", script], project.folder)).toEqual({ stdout: "fine\n", stderr: "", status: 0 });
  });

  test("hands text to a program's input as it is, and reads it back from the log by bytes", async () => {
    await up();
    expect(await rpc(unix(), "supervisor.sendProcessStdin", "cat", "héllo <&> \r\n")).toBe(true);
    const log = join(project.folder, "cat.out");
    await eventually(() => existsSync(log) && statSync(log).size === 13, "the echo");
    expect(await rpc(unix(), "supervisor.readProcessStdoutLog", "cat", 0, 0)).toBe("héllo <&> \r\n");
    expect(await rpc(unix(), "supervisor.readProcessLog", "cat", 0, 3)).toBe("hé");
    expect(await rpc(unix(), "supervisor.readProcessLog", "cat", 2, 2)).toBe("\ufffdl");
    expect(await rpc(unix(), "supervisor.tailProcessLog", "cat", 0, 5)).toEqual(["&> \r\n", 13, true]);
    expect(await rpc(unix(), "supervisor.readProcessStderrLog", "cat", 0, 0)).toBe("");
    expect(await rpc(unix(), "supervisor.readProcessStdoutLog", "mute", 5, -1)).toBe("NO_FILE");
    expect(await rpc(unix(), "supervisor.sendProcessStdin", "done", "x")).toBe("NOT_RUNNING: done");
  });

  test("clears the logs of programs that run, have ended, or were never started by it", async () => {
    await up(config(`${PROGRAMS}\n    never: { command: "/bin/cat", autostart: false, stdoutLogfile: "never.out" },`));
    const size = (name: string): number => statSync(join(project.folder, name)).size;
    writeFileSync(join(project.folder, "never.out"), "from another life");
    await eventually(() => existsSync(join(project.folder, "done.out")) && size("done.out") === 6, "the output");
    const answer = (await rpc(unix(), "supervisor.clearAllProcessLogs")) as { status: number }[];
    expect(answer.map((one) => one.status)).toEqual([80, 80, 80, 80]);
    expect([size("done.out"), size("never.out")]).toEqual([0, 0]);
  });

  test("restarts as a whole on reload: same pid, new programs, new config; a broken config stops nothing", async () => {
    await up();
    const before = await project.status();
    const broken = config().replace('command: "/bin/cat"', "command: 5");
    project.write("supervisor.config.ts", broken);
    const refused = await run(REAL_SUPERVISORCTL, ["-s", `unix://${socket}`, "reload"], project.folder);
    expect(refused).toMatchObject({ status: 1, stdout: expect.stringContaining("CANT_REREAD") as string });
    expect(pids(await project.status())).toEqual(pids(before));

    project.write(
      "supervisor.config.ts",
      config(PROGRAMS.replace("mute:", "quiet:"), 'supervisord: { identifier: "second" },'),
    );
    const done = await run(REAL_SUPERVISORCTL, ["-s", `unix://${socket}`, "reload"], project.folder);
    expect(done).toEqual({ stdout: "Restarted supervisord\n", stderr: "", status: 0 });
    await eventually(async () => (await askIdentifier()) === "second", "the restart");
    const after = await project.status();
    expect(after.pid).toBe(before.pid);
    expect(after.processes.map((one) => one.name)).toEqual(["cat", "done", "quiet"]);
    expect(pids(after)).not.toContain(pids(before)[0]);
  });

  test("has its servers back after kill -9 of the supervisor process, and programs run on", async () => {
    await up();
    await eventually(
      async () => (await rpc(unix(), "supervisor.getProcessInfo", "cat").then(stateOf)) === "RUNNING",
      "cat",
    );
    const before = await project.status();
    sendSignal(before.supervisorPid, "SIGKILL");
    await eventually(async () => (await askIdentifier()) !== null, "the servers");
    const after = await project.status();
    expect(after.supervisorPid).not.toBe(before.supervisorPid);
    expect(pids(after)).toEqual(pids(before));
    expect((await ask({ port, path: "/ok.html", headers: auth })).body).toBe("OK");
    expect(readdirSync(project.folder).filter((name) => name.startsWith("s.sock"))).toEqual(["s.sock"]);
  });

  test("has the groups that supervisorctl added and removed, also after kill -9 of the supervisor process", async () => {
    await up();
    const ctl = (...words: string[]) => run(REAL_SUPERVISORCTL, ["-s", `unix://${socket}`, ...words], project.folder);
    const sleeper = 'command: "/bin/sleep 1000"';
    // Two groups are new in the file and one is other than before: only one of them is asked for.
    const changed = config(`${PROGRAMS.replace("/bin/echo hello", "/bin/echo other")}
    first: { ${sleeper} },
    second: { ${sleeper} },`);
    project.write("supervisor.config.ts", changed);
    expect((await ctl("reread")).stdout).toBe("done: changed\nfirst: available\nsecond: available\n");
    expect((await ctl("add", "first")).stdout).toBe("first: added process group\n");
    expect((await ctl("stop", "mute")).stdout).toBe("mute: stopped\n");
    expect((await ctl("remove", "mute")).stdout).toBe("mute: removed process group\n");
    await project.until((status) => status.processes.some((one) => one.name === "first" && one.pid !== 0), "first");
    const before = await project.status();
    // What comes back reads no config: it must know from before what is there.
    project.write("supervisor.config.ts", "export default nonsense;");
    sendSignal(before.supervisorPid, "SIGKILL");
    await eventually(async () => (await askIdentifier()) !== null, "the servers");
    const after = await project.until((status) => status.supervisorPid !== before.supervisorPid, "the next supervisor");
    // It was started not to watch its config, so it does not look at it unasked.
    expect(after.config.stale).toBe(null);
    expect(after.processes.map((one) => [one.name, one.pid])).toEqual(
      before.processes.map((one) => [one.name, one.pid]),
    );
    expect(after.processes.map((one) => one.name)).toEqual(["cat", "done", "first"]);

    project.write("supervisor.config.ts", changed);
    expect((await ctl("update")).stdout).toBe(
      "done: stopped\ndone: updated process group\nmute: added process group\nsecond: added process group\n",
    );
    expect((await ctl("update")).stdout).toBe("");
    const plan = await project.sup("plan");
    expect(plan.stdout).toMatch(/nothing|no change/i);
  });

  test("is reached by supervisorctl over its control socket, without any server in the config", async () => {
    await up(config().replace(/ {2}(?:unix|inet)HttpServer.*\n/g, ""));
    const control = readdirSync(join(project.folder, ".run")).map((name) =>
      join(project.folder, ".run", name, "control.sock"),
    );
    const { stdout, status } = await run(
      REAL_SUPERVISORCTL,
      ["-s", `unix://${control[0]}`, "status", "mute"],
      project.folder,
    );
    expect(stdout).toMatch(/^mute +(?:RUNNING|STARTING)/);
    expect(status).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });
});

describe("a daemon that cannot open its servers", () => {
  test("does not start, says why in Supervisor's words, and leaves nothing running", async () => {
    const other = new Project();
    try {
      other.write("supervisor.config.ts", config());
      expect(await other.sup("up", "-d")).toMatchObject({ exitCode: 0 });
      project.write("supervisor.config.ts", config());
      const refused = await project.sup("up", "-d");
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toContain(
        "Another program is already listening on a port that one of our HTTP servers is configured to use.",
      );
      expect(refused.stderr).toContain(`127.0.0.1:${port}`);
      expect((await project.sup("status")).exitCode).toBe(3);
      expect(existsSync(socket)).toBe(false);
    } finally {
      await other.close();
    }
  });

  test("is told before it starts that everybody could control it", async () => {
    const open = config().replace(/inetHttpServer: .*/, `inetHttpServer: { port: ${port} },`);
    project.write("supervisor.config.ts", open);
    const refused = await project.sup("up", "-d");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain("server [inet_http_server] has no password");
    expect(refused.stderr).toContain("insecure: true");
    project.write("supervisor.config.ts", open.replace(`${port} }`, `${port}, insecure: true }`));
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    expect(await ask({ port, path: "/ok.html" })).toMatchObject({ status: 200, body: "OK" });
  });
});

describe("a log stream", () => {
  test("shows the end of the log, then what comes, through clearing, truncation and rotation", async () => {
    await up();
    const log = join(project.folder, "cat.out");
    const say = (text: string) => rpc(unix(), "supervisor.sendProcessStdin", "cat", text);
    await say(`${"x".repeat(2000)}\n`);
    await eventually(() => existsSync(log) && statSync(log).size === 2001, "the first line");
    const curl = new Curl("--unix-socket", socket, "http://x/logtail/cat%3Acat");
    let shown = `${"x".repeat(1023)}\n`;
    await curl.shows(shown);
    await say("two\n");
    await curl.shows((shown += "two\n"));
    await rpc(unix(), "supervisor.clearProcessLogs", "cat");
    await say("three\n");
    await curl.shows((shown += "three\n"));
    truncateSync(log, 0);
    await curl.shows((shown += "==> File truncated <==\n"));
    renameSync(log, `${log}.1`);
    appendFileSync(log, "four\n");
    await curl.shows((shown += "four\n"));
    curl.stop();
    await curl.ended;
  });

  test("sends its headers at once, and is cut when the daemon ends", async () => {
    await up();
    await eventually(() => existsSync(join(project.folder, "cat.err")), "the log");
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, path: "/logtail/cat/stderr", headers: auth, agent: false }, resolve).once("error", reject);
    });
    expect(response).toMatchObject({ statusCode: 200, statusMessage: "OK" });
    expect(response.headers).toMatchObject({
      "content-type": "text/plain;charset=utf-8",
      "x-accel-buffering": "no",
      "last-modified": expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/) as string,
      "transfer-encoding": "chunked",
    });
    const cut = new Promise<Error>((resolve) => response.once("error", resolve));
    await project.sup("down");
    // No last chunk: Supervisor's client takes only a closed connection for the end.
    expect((await cut).message).toBe("aborted");
  });

  test("of the daemon itself goes on after its log was cleared", async () => {
    await up(config(PROGRAMS, 'supervisord: { logfile: "main.log" },'));
    const main = join(project.folder, "main.log");
    const curl = new Curl("--unix-socket", socket, "-0", "http://x/mainlogtail/whatever");
    await eventually(() => curl.text.includes("spawned: 'cat'"), "the log");
    expect(await rpc(unix(), "supervisor.clearLog")).toBe(true);
    // The message is the last one in the old file, as Supervisor has it.
    expect(readFileSync(main, "utf8")).toBe("");
    expect(await rpc(unix(), "supervisor.stopProcess", "cat")).toBe(true);
    await eventually(() => curl.text.includes("stopped: cat"), "the new log");
    expect(readFileSync(main, "utf8")).toMatch(/^[^\n]*(waiting for cat to stop|stopped: cat)/);
    curl.stop();
    await curl.ended;
  });

  test("or page is only found at its address", async () => {
    await up();
    await eventually(() => existsSync(join(project.folder, "cat.out")), "the logs");
    for (const [path, status] of ADDRESSES) {
      expect({ path, status: (await ask({ ...unix(), path })).status }).toEqual({ path, status });
      if (!path.startsWith("/logtail")) continue;
      expect({ path, status: (await ask({ ...unix(), path, method: "POST" })).status }).toEqual({ path, status: 400 });
    }
  });
});

const ADDRESSES = [
  ["/logtail", 404],
  ["/logtail/", 404],
  ["/logtail/nosuch", 404],
  ["/logtail/cat:*", 404],
  ["/logtail/cat/stdin", 404],
  ["/logtail/cat/stdout/x", 404],
  ["/logtail/mute", 404],
  ["/logtail/..%2f..%2fetc%2fpasswd", 404],
  ["/logtail/cat%00", 404],
  ["/RPC2", 400],
  ["/nothing", 404],
  ["//RPC2", 404],
  ["/rpc2", 404],
  ["/ok.html", 200],
  ["//ok.html?x=1", 200],
  ["/%6fk.html", 200],
  ["/%zz", 404],
] as const;

function pids(status: { readonly processes: readonly { readonly pid: number }[] }): number[] {
  return status.processes.map((one) => one.pid).filter((pid) => pid !== 0);
}

function stateOf(info: unknown): unknown {
  return (info as { statename: unknown }).statename;
}

/** `null` while nobody answers. */
function askIdentifier(): Promise<unknown> {
  return rpc(unix(), "supervisor.getIdentification").catch(() => null);
}
