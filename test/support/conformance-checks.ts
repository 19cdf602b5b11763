/** A check of Supervisor's specification, and the test that makes it: its file in test/e2e and words that stand in it. */
export interface Check {
  readonly id: string;
  readonly what: string;
  readonly by: readonly [file: string, words: string];
}

const programs = (words: string) => ["supervisord-programs.test.ts", words] as const;
const daemon = (words: string) => ["supervisord-daemon.test.ts", words] as const;
const update = (words: string) => ["supervisord-update.test.ts", words] as const;
const usage = (words: string) => ["supervisord-usage.test.ts", words] as const;
const here = (words: string) => ["conformance.test.ts", words] as const;

const BY: Readonly<Record<string, Check["by"]>> = {
  "fails at once, with two retries": programs("fails: {"),
  "cannot be found": programs("nothere: {"),
  "fails after a while, and is started again at once": programs("is restarted at once after an unexpected exit"),
  "ends as expected, and stays down": programs("code0: {"),
  "ends at once with startsecs=0": programs("quick: {"),
  "ends within startsecs": programs("tooquick: {"),
  "does not hear SIGTERM": programs("deaf]"),
  "ends with 0 by the signal it is stopped with": programs("polite]"),
  "has a child of its own, with and without stopasgroup": programs(
    "leaves its children behind unless stopasgroup is set",
  ),
  "dies by signals with and without a name": programs("realtime: {"),
  "wants to be root when the daemon is not": daemon("a program that wants another user says why it has not got it"),
  "has no directory": programs("nouser: {"),
  "cannot be executed": programs("garbage: {"),
  "has a folder for a log": programs("isdir: {"),
  "has an open quote": programs("quote: {"),
  "order of starts and stops": daemon("starts groups and their members in order, and stops them in the reverse one"),
  "which environment wins": programs("sees the daemon's variables, then SUPERVISOR_*, then the configured ones on top"),
  "capture mode": here("B18"),
  "a rejected event": here("B19"),
  "a listener that ends while busy": here("B20"),
  "a buffer that overflows": here("B21"),
  "noise before READY": here("B22"),
  "reread after all kinds of edits": update("is reported group by group, again and again"),
  "update after the same": update("is applied group by group; what did not change keeps its pid"),
  SIGHUP: daemon("SIGHUP restarts everything under the same pid"),
  "SIGHUP, SIGTERM, SIGHUP": daemon(
    "SIGHUP during a shutdown is ignored, SIGTERM during a restart makes it a shutdown",
  ),
  "rotation with two backups": update("is rotated after the line that reaches the limit"),
  "SIGUSR2 after a log was renamed": daemon("SIGUSR2 reopens the logs after they were renamed"),
  "an fcgi socket of two": ["fcgi.test.ts", "all processes of a group have one socket as descriptor 0"],
  "started twice": usage("a socket that another daemon listens on"),
  "minfds above the hard limit": usage("more files than the hard limit allows"),
  "includes in order": daemon("tells what it included, before all else of that rank"),
  "umask and directory, in front and in the background": daemon("umask and directory apply"),
  "a child that it did not start": here("B34"),
  syslog: daemon("goes to syslog, as the whole line"),
};

export const CHECKS: readonly Check[] = Object.entries(BY).map(([what, by], index) => ({
  id: `B${index + 1}`,
  what,
  by,
}));
