import { spawn, type ChildProcess } from "node:child_process";
import type { LogSink } from "./daemon-log.ts";

/** Milliseconds before a `logger` that ended is started again: without a syslog daemon it ends at once. */
const RETRY_AFTER = 1000;
/** Bytes. */
const MOST_WAITING = 1 << 20;

/**
 * The system log, facility user, severity info, as Supervisor writes to it. Node has no datagram sockets of the unix kind,
 * so each line goes through `logger`, which is started at the first line and kept: one datagram per line. Lines that nobody
 * takes are dropped, as by the C library's syslog().
 */
export class SyslogSink implements LogSink {
  readonly #tag: string;
  #logger: ChildProcess | null = null;
  #endedAt = -Infinity;

  constructor(tag: string) {
    this.#tag = tag;
  }

  write(line: string): void {
    this.#logger ??= this.#start();
    const stdin = this.#logger?.stdin;
    // A system log that is stuck costs lines, as with the C library's, and not all our memory.
    if (stdin && stdin.writableLength < MOST_WAITING) stdin.write(line.endsWith("\n") ? line : `${line}\n`);
  }

  reopen(): void {
    // `logger` connects anew by itself when it has to.
  }

  close(): void {
    this.#logger?.stdin?.end();
    this.#logger = null;
  }

  #start(): ChildProcess | null {
    if (performance.now() - this.#endedAt < RETRY_AFTER) return null;
    // Its default size of a message, 1 KiB, would cut tracebacks. Only util-linux has the option.
    const size = process.platform === "linux" ? ["--size", "65536"] : [];
    const logger = spawn("logger", ["-t", this.#tag, "-p", "user.info", ...size], {
      stdio: ["pipe", "ignore", "ignore"],
      // A Ctrl-C for the daemon is not for it: the last lines are yet to come.
      detached: true,
    });
    const ended = (): void => {
      if (this.#logger !== logger) return;
      this.#logger = null;
      this.#endedAt = performance.now();
    };
    logger.on("error", ended);
    logger.on("exit", ended);
    logger.stdin?.on("error", () => undefined);
    logger.unref();
    (logger.stdin as { unref?(): void } | null)?.unref?.();
    return logger;
  }
}
