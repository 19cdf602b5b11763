/**
 * What cannot be written to standard output, as on a full disk, is told in one line, and the exit status is 1 where it would be
 * 0. Nobody is told of a reader that has gone, as with `| head`.
 */
export function tellUnwritable(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): void {
  let failed = false;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && !failed) stderr.write(`sup: cannot write: ${error.message}\n`);
    failed = true;
  });
  process.on("exit", (status) => {
    if (failed && status === 0) process.exitCode = 1;
  });
}
