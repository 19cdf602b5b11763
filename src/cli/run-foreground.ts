import { accessSync, constants } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import type { ConsoleStyle } from "../protocol/keeper.ts";
import { CliError } from "./cli-error.ts";
import type { Project } from "./running/find-project.ts";
import { launcherFileLimit } from "./start/launcher-file-limit.ts";
import { runKeeper } from "./start/run-keeper.ts";

export interface ForegroundOptions {
  readonly container?: boolean;
  readonly service?: boolean;
  readonly output: ConsoleStyle["format"];
  readonly timestamps: boolean;
  readonly mode: string;
  readonly watch: boolean;
}

/**
 * `sup run`: this process becomes the keeper and stays until everything has ended, in order.
 *
 * `--container`: its standard output carries the programs' output and the daemon's log, in whole lines; a program waits while
 * nobody reads them. `--service`: it carries the daemon's log, for a journal; programs log to files as in the background, and
 * systemd is told when all is up.
 *
 * Exit status: that of an essential program that ended for good; 0 after `sup down`; 2 for a config that cannot be used. After a
 * signal: 0 as a service; in a container 128 and its number, unless essential programs had a status of their own.
 *
 * @throws CliError if there is no place for sockets, or if a daemon of this config runs already.
 */
export async function runForeground(project: Project, options: ForegroundOptions): Promise<void> {
  const { places, refusal } = project;
  if ((options.container === true) === (options.service === true)) {
    throw new CliError("sup run needs to know what for: --container or --service", {
      hint: "At a terminal, use `sup up`.",
      status: 2,
    });
  }
  if (refusal !== null) throw new CliError(refusal.message, refusal);
  makePlace(places.runtime);
  makePlace(places.state);
  if (process.pid === 1) {
    process.stderr.write(
      "sup: node is process 1 here, and does not reap orphans: start bin/sup itself, or use an init\n",
    );
  }
  process.chdir(project.folder);
  process.env["SUP_KEEPER_RUNTIME"] = places.runtime;
  const style: ConsoleStyle = { format: options.output, timestamps: options.timestamps };
  const owner = await runKeeper({
    runtime: places.runtime,
    ownerFd: null,
    crashLog: null,
    command: [
      process.execPath,
      join(__dirname, "supervisor.cjs"),
      "--config",
      project.config,
      "--mode",
      options.mode,
      ...(options.watch ? ["--watch"] : []),
      ...(options.service === true ? ["--service"] : ["--console", JSON.stringify(style)]),
    ],
    nofileSoft: softLimit(),
    ...(options.service === true ? {} : { console: style }),
  });
  if (owner === null) return;
  throw new CliError(`a daemon of this config runs already, pid ${owner || "unknown"}`, {
    hint: `\`${project.sup} down\` stops it and its programs. Its folder is ${places.runtime}.`,
  });
}

function softLimit(): number | null {
  const soft = Number(launcherFileLimit() ?? Number.NaN);
  return Number.isSafeInteger(soft) && soft > 0 ? soft : null;
}

function makePlace(folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw new CliError(
      `no place for sockets and state: ${folder} cannot be made (${whyNot(folder) ?? (error as Error).message})`,
      {
        hint:
          "On a read-only system, mount something writable on /run or /tmp (docker run --tmpfs /tmp), or name a folder with " +
          "--runtime-dir.",
        cause: error,
      },
    );
  }
}

/**
 * In the words of the first folder above that exists, if it cannot be written to: on a read-only system, mkdir blames the missing ones.
 */
function whyNot(folder: string): string | null {
  const above = dirname(folder);
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && above !== folder) return whyNot(above);
    return (error as Error).message;
  }
}
