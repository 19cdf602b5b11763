import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { expect } from "vitest";
import { sendSignal } from "./send-signal.ts";
import { eventually, lives, type Side } from "./supervisord-pair.ts";

/** A program that is root, under a daemon that is not: it cannot be signalled. */
const ROOTED = `
[program:rooted]
command=@/python -c "import os, time; os.setresuid(0, 0, 0); print('up', flush=True); time.sleep(1000)"
stdout_logfile=@/free/rooted.log
stderr_logfile=NONE
autorestart=false
`;

/** Configures a daemon of `nobody` with the program `rooted`. */
export function prepareRooted(side: Side, options: string): void {
  side.configure(ROOTED, `user=nobody\nloglevel=debug\n${options}`);
  mkdirSync(side.path("free"));
  copyFileSync("/usr/bin/python3", side.path("python"));
  chmodSync(side.path("python"), 0o4755);
  for (const name of [".", "free"]) chmodSync(side.path(name), 0o777);
}

/** Waits until it has become root; until then it can be signalled. */
export async function untilRooted(side: Side): Promise<void> {
  await eventually(() => side.read("free/rooted.log").includes("up"));
}

/** Ends the daemon, which does not wait for what it could not signal, and then the program. */
export async function endRooted(side: Side): Promise<void> {
  const [daemon, rooted] = [Number(side.ctl("pid")), Number(side.ctl("pid", "rooted"))];
  side.ctl("shutdown");
  await eventually(() => !lives(daemon));
  expect(lives(rooted)).toBe(true);
  await killRooted(rooted);
}

export async function killRooted(pid: number): Promise<void> {
  sendSignal(pid, "SIGKILL");
  await eventually(() => !lives(pid));
}
