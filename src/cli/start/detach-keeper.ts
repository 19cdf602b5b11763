import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SupervisordUsageError } from "../../daemon/supervisord/getopt.ts";
import { FOLDER_IN_USE } from "./folder-in-use.ts";
import type { BootReport } from "./launch-daemon.ts";
import type { KeeperSettings } from "./run-keeper.ts";

/**
 * Starts a keeper in a session of its own and waits until its daemon is ready. Supervisor's own command returns before it
 * knows whether that will be so.
 *
 * The daemon's standard output is /dev/null from the beginning, as Supervisor's is: programs may have `/dev/stdout` as their
 * log. So the word that it is ready comes in a file.
 *
 * @param report where the daemon leaves that word, in a folder that exists.
 * @param inUse what to say if the same daemon runs already.
 * @throws NotStarted or SupervisordUsageError
 */
export async function detachKeeper(
  settings: Omit<KeeperSettings, "ownerFd">,
  report: string,
  inUse: string,
): Promise<void> {
  const { runtime, crashLog, command, nofileSoft } = settings;
  const complaints = crashLog === null ? "ignore" : openSync(crashLog, "a", 0o600);
  rmSync(report, { force: true });
  const keeper = spawn(
    process.execPath,
    ["--max-old-space-size=64", join(__dirname, "keeper.cjs"), "--runtime", runtime, "--", ...command],
    {
      detached: true,
      stdio: ["ignore", "ignore", complaints],
      env: { ...process.env, ...(nofileSoft === null ? {} : { SUP_NOFILE_SOFT: String(nofileSoft) }) },
    },
  );
  if (typeof complaints === "number") closeSync(complaints);
  const said = await wordOf(keeper, report);
  rmSync(report, { force: true });
  if (said === null) {
    if (keeper.exitCode === FOLDER_IN_USE) throw new SupervisordUsageError(inUse);
    const how = keeper.signalCode ?? `status ${keeper.exitCode}`;
    throw new Error(`the daemon ended before it was ready (${how}); its last words may be in ${crashLog}`);
  }
  if (!said.ready) throw new NotStarted(said.messages ?? [said.problems], said.status ?? 2);
  keeper.unref();
}

/** The daemon's side. A report that cannot be left must not end a daemon that runs. */
export function leaveReport(file: string, report: BootReport): void {
  try {
    // Renamed into place: whoever sees the name sees all of it.
    writeFileSync(`${file}.part`, JSON.stringify(report), { mode: 0o600 });
    renameSync(`${file}.part`, file);
  } catch (error) {
    process.stderr.write(`supervisor: cannot leave word in ${file}: ${(error as Error).message}\n`);
  }
}

/** The daemon said itself why it cannot start. */
export class NotStarted extends Error {
  readonly messages: readonly string[];
  readonly status: number;

  constructor(messages: readonly string[], status: number) {
    super(messages.join("\n"));
    this.messages = messages;
    this.status = status;
  }
}

/** `null` if it ended without a word. */
function wordOf(keeper: ChildProcess, report: string): Promise<BootReport | null> {
  return new Promise((answer, fail) => {
    const watcher = watch(dirname(report));
    const end = (word: BootReport | null): void => {
      watcher.close();
      answer(word);
    };
    const look = (): BootReport | null => {
      try {
        return JSON.parse(readFileSync(report, "utf8")) as BootReport;
      } catch {
        return null;
      }
    };
    watcher.on("change", () => {
      const word = look();
      if (word !== null) end(word);
    });
    keeper.once("error", (error) => {
      watcher.close();
      fail(error);
    });
    keeper.once("exit", () => end(look()));
  });
}
