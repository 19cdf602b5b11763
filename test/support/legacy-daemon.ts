import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Project } from "./project.ts";

/** Our daemon with a config in Supervisor's format, so that the same clients can be pointed at both. */
export interface LegacyDaemon {
  readonly folder: string;
  readonly config: string;
  readonly socket: string;
  readonly project: Project;
  /** Replaces the program sections of the config file; the daemon is not told. */
  rewrite(programs: string): void;
  stop(): Promise<void>;
}

/**
 * Starts our daemon the way test/oracle/real-supervisord.ts starts the real one: same sections, same files, same listeners.
 *
 * @param programs sections of the config; `@` stands for the folder.
 * @param inet host:port of a second listener with user `user` and password `pass`; `null` for none.
 */
export async function startLegacyDaemon(programs: string, inet: string | null = null): Promise<LegacyDaemon> {
  const project = new Project();
  const { folder } = project;
  const config = join(folder, "supervisord.conf");
  const socket = join(folder, "s.sock");
  mkdirSync(join(folder, "logs"));
  const head =
    `[supervisord]\nlogfile=${folder}/main.log\npidfile=${folder}/s.pid\nchildlogdir=${folder}/logs\nnodaemon=true\n` +
    `[unix_http_server]\nfile=${socket}\n` +
    (inet === null ? "" : `[inet_http_server]\nport=${inet}\nusername=user\npassword=pass\n`) +
    "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n" +
    `[supervisorctl]\nserverurl=unix://${socket}\n`;
  const rewrite = (text: string): void => writeFileSync(config, head + text.replaceAll("@", folder));
  rewrite(programs);
  const up = await project.sup("up", "-d", "--no-watch", "-c", config);
  if (up.exitCode !== 0 || !existsSync(socket)) {
    await project.sup("down", "-c", config);
    await project.close();
    throw new Error(`sup up failed: ${up.stdout}\n${up.stderr}`);
  }
  return {
    folder,
    config,
    socket,
    project,
    rewrite,
    async stop() {
      await project.sup("down", "-c", config);
      await project.close();
    },
  };
}
