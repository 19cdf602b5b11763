import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { SupervisordLaunch } from "../../daemon/supervisord/launch.ts";

/**
 * Lets the daemon be found as Supervisor's is: `pgrep -x supervisord`, `killall supervisord` and `pidof -x supervisord` look for the name
 * that the kernel gives a process by the file it was started from, which is that of a script and not that of its interpreter; we were
 * started by a shell, as `node`.
 *
 * @param program the command as typed
 */
export function takeName(program: string): void {
  try {
    // It is that of the first thread, which is the one we are in; the kernel cuts it to its 15 bytes.
    writeFileSync("/proc/self/comm", basename(program));
  } catch {
    // There is no other way to it; nothing of ours needs it.
  }
}

/**
 * The same for a daemon in the background, which has another command line besides: `ps` and `pgrep -f "supervisord -c"` are shown what was
 * typed. Does nothing if the supervisor's command is not that of a `supervisord`.
 */
export function takeTypedName(command: readonly string[]): void {
  const at = command.indexOf("--supervisord");
  if (at === -1) return;
  const { program, typed } = JSON.parse(command[at + 1] ?? "") as SupervisordLaunch;
  if (typed === undefined) return;
  // It gives the process the first bytes of this as its name, too.
  process.title = ["node", program, ...typed].join(" ");
  takeName(program);
}
