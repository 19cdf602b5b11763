import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { SupervisordUsageError } from "../daemon/supervisord-getopt.ts";
import type { BootReport } from "./launch-daemon.ts";
import type { KeeperSettings } from "./run-keeper.ts";

/** The keeper's exit status when another one owns the folder. */
const FOLDER_IN_USE = 3;

/**
 * Starts a keeper in a session of its own and waits until its daemon is ready. Supervisor's own command returns before it
 * knows whether that will be so.
 *
 * @param inUse what to say if the same daemon runs already.
 * @throws SupervisordUsageError in the words of the daemon, if it did not start.
 */
export async function detachKeeper(settings: Omit<KeeperSettings, "ownerFd">, inUse: string): Promise<void> {
  const { runtime, crashLog, command, nofileSoft } = settings;
  const complaints = crashLog === null ? "ignore" : openSync(crashLog, "a", 0o600);
  const keeper = spawn(
    process.execPath,
    ["--max-old-space-size=64", join(__dirname, "keeper.cjs"), "--runtime", runtime, "--", ...command],
    {
      detached: true,
      stdio: ["ignore", "pipe", complaints],
      env: { ...process.env, ...(nofileSoft === null ? {} : { SUP_NOFILE_SOFT: String(nofileSoft) }) },
    },
  );
  if (typeof complaints === "number") closeSync(complaints);
  const report = await firstLine(keeper);
  if (report === null) {
    if (keeper.exitCode === FOLDER_IN_USE) throw new SupervisordUsageError(inUse);
    const how = keeper.signalCode ?? `status ${keeper.exitCode}`;
    throw new Error(`the daemon ended before it was ready (${how}); its last words may be in ${crashLog}`);
  }
  if (!report.ready) throw new NotStarted(report.messages ?? [report.problems], report.status ?? 2);
  keeper.unref();
  (keeper.stdout as { unref?(): void } | null)?.unref?.();
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
function firstLine(keeper: ChildProcess): Promise<BootReport | null> {
  return new Promise((answer, fail) => {
    let text = "";
    keeper.once("error", fail);
    keeper.stdout?.setEncoding("utf8");
    keeper.stdout?.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end !== -1) answer(JSON.parse(text.slice(0, end)) as BootReport);
    });
    // Not "exit": what it said last may still be in the pipe.
    keeper.once("close", () => answer(null));
  });
}
