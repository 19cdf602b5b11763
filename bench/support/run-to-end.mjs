import { spawn } from "node:child_process";

/** Runs a command to its end with its output thrown away: milliseconds. @throws if it fails, with what it said. */
export function timeToEnd(command, args, { input, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], ...options });
    if (input !== undefined) child.stdin.end(input);
    let said = "";
    child.stderr?.on("data", (chunk) => (said += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      const took = Number(process.hrtime.bigint() - start) / 1e6;
      if (code === 0) resolve(took);
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}: ${said}`));
    });
  });
}
