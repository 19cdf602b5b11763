import { isatty } from "node:tty";

const STANDARD = [0, 1, 2] as const;

/**
 * A program whose terminal has been closed ends as SIGHUP ends it, whatever it has had to do before. Node restores the settings of the
 * terminals that it was started with as it exits, and aborts, with a core dump, where one of them is gone.
 */
export function endWithTerminal(): void {
  const terminals = STANDARD.filter((fd) => isatty(fd));
  if (terminals.length === 0) return;
  process.on("exit", () => {
    if (terminals.every((fd) => isatty(fd))) return;
    process.removeAllListeners("SIGHUP");
    process.kill(process.pid, "SIGHUP");
  });
}
