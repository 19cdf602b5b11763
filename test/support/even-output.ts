import type { Ran } from "../ctl/run-ctl.ts";

/**
 * What a client printed, without what differs from run to run: pids, times, versions, the daemon's folder, the client's name.
 *
 * @param step the command line, in words.
 * @param where the daemon's folder and the client's path.
 */
export function evenOutput(step: string, ran: Ran, where: { readonly folder: string; readonly client: string }): Ran {
  const even = (text: string): string =>
    text
      .replaceAll(where.folder, "FOLDER")
      .replaceAll(where.client, "PROGRAM")
      .replace(/pid \d+, uptime \d+:\d\d:\d\d/g, "pid N, uptime T")
      .replace(/(String: '(?:pid|start|stop|now)'\s+Value: Integer: |"(?:pid|start|stop|now)":")\d+/g, "$1N")
      // How far a start has come is a matter of how fast the steps before it were.
      .replace(/STARTING +$/gm, "RUNNING   pid N, uptime T")
      .replace(/^[1-9]\d*$/gm, "N")
      .replace(/[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/g, "TIME")
      .replace(/: file: \S+ line: \d+$/gm, ": file: F line: N")
      .replace(/^(?:4\.2\.5|\d+\.\d+\.\d+)$/gm, "VERSION");
  // Bulk starts and stops are reported in the order in which they finish, which differs from run to run.
  const bulk = /^(?:start|stop|restart|signal)\b.*(?::\*|\ball\b)/.test(step);
  const stdout = even(ran.stdout);
  const lines = bulk ? stdout.split("\n").sort().join("\n") : stdout;
  return { ...ran, stdout: lines, stderr: even(ran.stderr) };
}
