import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import type { Project } from "../running/find-project.ts";
import { CliError } from "../cli-error.ts";
import { FOLDER_IN_USE } from "./folder-in-use.ts";
import { launcherFileLimit } from "./launcher-file-limit.ts";

/** The first and only line that a booting supervisor writes to its standard output. */
export type BootReport =
  | { readonly ready: true; readonly pid: number; readonly warnings: string }
  | {
      readonly ready: false;
      readonly problems: string;
      /** The same, bare, one by one. */
      readonly messages?: readonly string[];
      readonly status?: number;
    };

/** Arguments of the supervisor, as an earlier one had them. */
export interface SameAgain {
  readonly args: readonly string[];
  readonly owned: false;
  /** Executable and supervisor script of another version, whose keeper it is to be; default: this one's. */
  readonly program?: Program | undefined;
  /** What the keeper goes back to if the supervisor falls over. */
  readonly before?: Program | undefined;
}

/** Executable and script. */
export type Program = readonly [string, string];

export interface LaunchOptions {
  readonly mode: string;
  readonly watch: boolean;
  /** Programs to start; empty: all that have autostart. */
  readonly only: readonly string[];
  /** The daemon ends when this process does, however that ends. */
  readonly owned: boolean;
}

/**
 * Starts keeper and supervisor for a project and waits until the config is loaded and the control socket listens, or
 * until it is known why not; `in use` if another daemon of the project was faster. The keeper gets a session of its own, so
 * that Ctrl-C in our terminal is ours to interpret.
 */
export async function launchDaemon(
  project: Project,
  options: LaunchOptions | SameAgain,
): Promise<BootReport | "in use"> {
  const { places } = project;
  makePlace(places.runtime, "SUP_RUNTIME_DIR");
  makePlace(places.state, "SUP_STATE_DIR");
  const crashLog = openSync(join(places.state, "crash.log"), "a", 0o600);
  const limit = launcherFileLimit();
  const same = "args" in options ? options : null;
  const [executable, script] = same?.program ?? [process.execPath, join(__dirname, "supervisor.cjs")];
  const keeper = spawn(
    executable,
    [
      "--max-old-space-size=64",
      join(dirname(script), "keeper.cjs"),
      "--runtime",
      places.runtime,
      ...(options.owned ? ["--owner-fd", "3"] : []),
      ...(same?.before ?? []).flatMap((part) => ["--before", part]),
      "--",
      executable,
      script,
      ...("args" in options ? options.args : supervisorArguments(project, options)),
    ],
    {
      cwd: project.folder,
      detached: true,
      stdio: ["ignore", "pipe", crashLog, options.owned ? "pipe" : "ignore"],
      env: {
        ...process.env,
        // By our environment it might be elsewhere than the keeper, if it follows one that was started from another.
        SUP_KEEPER_RUNTIME: places.runtime,
        ...(limit === null ? {} : { SUP_NOFILE_SOFT: limit }),
      },
    },
  );
  closeSync(crashLog);
  const report = await readReport(keeper, project);
  keeper.unref();
  for (const stream of keeper.stdio) (stream as { unref?(): void } | null)?.unref?.();
  return report;
}

function supervisorArguments(project: Project, options: LaunchOptions): string[] {
  return [
    "--config",
    project.config,
    "--mode",
    options.mode,
    ...(options.watch ? ["--watch"] : []),
    ...options.only.flatMap((name) => ["--only", name]),
  ];
}

function makePlace(folder: string, variable: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw new CliError(`cannot make ${folder}: ${(error as Error).message}`, {
      hint: `Name another place with ${variable}.`,
      cause: error,
    });
  }
}

function readReport(keeper: ChildProcess, project: Project): Promise<BootReport | "in use"> {
  return new Promise((resolve, reject) => {
    let text = "";
    keeper.once("error", (error) =>
      reject(new CliError(`cannot start the daemon: ${error.message}`, { cause: error })),
    );
    keeper.stdout?.setEncoding("utf8");
    keeper.stdout?.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end === -1) return;
      keeper.stdout?.removeAllListeners("data");
      resolve(JSON.parse(text.slice(0, end)) as BootReport);
    });
    // Not "exit": that may come before the last of its output.
    keeper.once("close", (code, signal) => {
      if (text.includes("\n")) return;
      if (code === FOLDER_IN_USE) return resolve("in use");
      reject(
        new CliError(`the daemon ended before it was ready (${signal ?? `status ${code}`})`, {
          hint: `Its last words may be in ${join(project.places.state, "crash.log")}.`,
        }),
      );
    });
  });
}
