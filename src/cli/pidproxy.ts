/**
 * `pidproxy PIDFILE COMMAND [ARGUMENTS]`: runs a command that puts a daemon into the background, and passes signals on to the
 * daemon's pid as its pidfile tells it. So a program that cannot stay in the foreground can be supervised.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { typedName } from "./typed-name.ts";

const FORWARDED = ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGQUIT"] as const;
/** After these the supervisor expects us to end; the target ends on its own time. */
const LAST: ReadonlySet<string> = new Set(["SIGTERM", "SIGINT", "SIGQUIT"]);

function main(): void {
  const [pidfile, command, ...rest] = process.argv.slice(2);
  if (pidfile === undefined || command === undefined) {
    process.stdout.write(usage(typedName()));
    process.exitCode = 1;
    return;
  }
  for (const signal of FORWARDED) process.on(signal, () => forward(pidfile, signal));
  // Not searched in PATH: a command is a path, relative to where we are.
  const child = spawn(resolve(command), rest, { argv0: command, stdio: "inherit" });
  child.on("error", (error) => {
    process.stderr.write(`pidproxy: cannot run ${command}: ${error.message}\n`);
    process.exit(127);
  });
  child.on("exit", () => process.exit(0));
}

function forward(pidfile: string, signal: (typeof FORWARDED)[number]): void {
  const pid = readPid(pidfile);
  if (pid === null) {
    process.stdout.write(`Can't read child pidfile ${pidfile}!\n`);
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Supervisor's own ends here with a traceback, and leaves the command it watches unwatched.
    process.stderr.write(`pidproxy: cannot send ${signal} to ${pid}: ${(error as Error).message}\n`);
  }
  if (LAST.has(signal)) process.exit(0);
}

/** A pid that can be signalled: 0 and below would mean whole groups of processes. */
function readPid(pidfile: string): number | null {
  try {
    const text = readFileSync(pidfile, "utf8").trim();
    return /^\+?\d+$/.test(text) && Number(text) > 0 ? Number(text) : null;
  } catch {
    return null;
  }
}

function usage(program: string): string {
  return `
pidproxy -- run a command and pass signals on to the process that its pidfile names.

Whatever signal this program gets (TERM, HUP, INT, USR1, USR2, QUIT), the pid in the
pidfile gets too.

Usage: ${program} <pidfile name> <command> [<cmdarg1> ...]

`;
}

main();
