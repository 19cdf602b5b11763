import { execFile } from "node:child_process";

/**
 * Tells systemd that a service of `Type=notify` is ready. Node has no datagram sockets of the unix kind, so systemd's own program
 * says it. Nothing depends on it here: without it systemd gives up on us, and says so.
 *
 * @param pid the main process.
 */
export function notifyReady(pid: number, onFailure: (message: string) => void): void {
  execFile("systemd-notify", ["--ready", `--pid=${pid}`], (error) => {
    if (error !== null) onFailure(`systemd was not told that we are ready: ${error.message.split("\n")[0]}`);
  });
}

/** What systemd tells its service by, and its service's programs are not to take for theirs. */
export const SERVICE_VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"] as const;
