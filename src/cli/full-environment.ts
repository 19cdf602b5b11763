/**
 * Gives this process the variables back that the shell in `bin/sup` or `bin/supervisord` drops on its way, those whose names are no shell
 * names: programs are to inherit what the daemon was started with.
 */
export function restoreEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  const whole = env["SUP_ENVIRON"];
  if (whole === undefined) return;
  delete env["SUP_ENVIRON"];
  for (const entry of Buffer.from(whole, "base64").toString("utf8").split("\0")) {
    const equals = entry.indexOf("=");
    const name = entry.slice(0, equals);
    if (equals > 0 && name !== "SUP_ENVIRON" && env[name] === undefined) env[name] = entry.slice(equals + 1);
  }
}
