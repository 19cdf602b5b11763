import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../running/find-project.ts";
import { answered, notRunning } from "../running/not-running.ts";

/**
 * `sup shell [action...]`: supervisorctl's interactive shell on this project's daemon, with history and completion; with an
 * action it is done and that is all. Returns supervisorctl's exit status.
 */
export async function shell(project: Project, words: readonly string[]): Promise<number> {
  const { places } = project;
  if (!existsSync(places.socket)) throw await notRunning(project);
  await answered(project, project.client.call("status", {}));
  const settings = join(places.runtime, "shell.conf");
  const quoted = (path: string): string => path.replaceAll("%", "%%");
  writeFileSync(
    settings,
    `[supervisorctl]\nserverurl=unix://${quoted(places.socket)}\nprompt=sup\nhistory_file=${quoted(join(places.state, "shell_history"))}\n`,
    { mode: 0o600 },
  );
  const child = spawn(process.execPath, [join(__dirname, "supervisorctl.cjs"), "-c", settings, ...words], {
    stdio: "inherit",
  });
  // Ctrl-C is the shell's: it ends what the shell is doing, and this process lives as long as the shell does.
  process.on("SIGINT", () => {});
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
