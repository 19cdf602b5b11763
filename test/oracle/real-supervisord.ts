import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Debian's package is the reference: without it these tests cannot say anything, so they fail. */
const REAL_SUPERVISORD = "/usr/bin/supervisord";
export const REAL_SUPERVISORCTL = "/usr/bin/supervisorctl";

export interface RealSupervisord {
  readonly folder: string;
  readonly config: string;
  readonly socket: string;
  readonly pid: number;
  /** Replaces the program sections of the config file; the daemon is not told. */
  rewrite(programs: string): void;
  /** Ends it, with everything it runs, and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts a real supervisord in a folder of its own and waits until it answers.
 *
 * @param programs sections of the config; `@` stands for the folder.
 * @param inet host:port of a second listener with user `user` and password `pass`; `null` for none.
 */
export async function startRealSupervisord(programs: string, inet: string | null = null): Promise<RealSupervisord> {
  for (const file of [REAL_SUPERVISORD, REAL_SUPERVISORCTL]) {
    if (!existsSync(file)) throw new Error(`${file} is missing: install Debian's package "supervisor", the reference`);
  }
  const folder = mkdtempSync(join(tmpdir(), "real-supervisord-"));
  const config = join(folder, "supervisord.conf");
  const socket = join(folder, "s.sock");
  mkdirSync(join(folder, "logs"));
  const rewrite = (text: string) => writeFileSync(config, head(inet) + text.replaceAll("@", folder));
  const head = (listener: string | null) =>
    `[supervisord]\nlogfile=${folder}/main.log\npidfile=${folder}/s.pid\nchildlogdir=${folder}/logs\nnodaemon=true\n` +
    `[unix_http_server]\nfile=${socket}\n` +
    (listener === null ? "" : `[inet_http_server]\nport=${listener}\nusername=user\npassword=pass\n`) +
    "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n" +
    `[supervisorctl]\nserverurl=unix://${socket}\n`;
  rewrite(programs);
  const daemon = spawn(REAL_SUPERVISORD, ["-c", config], {
    stdio: ["ignore", "ignore", "pipe"],
    cwd: folder,
    // A session of its own: what is sent to a process group in there never comes near whoever runs the tests.
    detached: true,
  });
  await listening(daemon, socket);
  return {
    folder,
    config,
    socket,
    pid: daemon.pid ?? 0,
    rewrite,
    async stop() {
      await ended(daemon);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(daemon: ChildProcess, socket: string): Promise<void> {
  let said = "";
  daemon.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  while (!existsSync(socket)) {
    if (daemon.exitCode !== null) throw new Error(`supervisord ended with ${daemon.exitCode}: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ended(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    daemon.once("exit", () => resolve());
    daemon.kill("SIGTERM");
  });
}
