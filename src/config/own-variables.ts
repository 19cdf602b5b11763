/** Variables that only our own processes are told by: no program inherits them, no config sees them. */
const OWN: readonly string[] = [
  "SUP_NOFILE_SOFT",
  "SUP_KEEPER_RESTARTS",
  "SUP_KEEPER_PID",
  "SUP_KEEPER_RUNTIME",
  "SUP_KEEPER_THRIFT",
  "NODE_CHANNEL_FD",
];

/** The environment without our own variables, and without `more`. */
export function withoutOwnVariables(env: NodeJS.ProcessEnv, more: readonly string[] = []): Record<string, string> {
  const own = new Set([...OWN, ...more]);
  if (env["SUP_KEEPER_THRIFT"] !== undefined) own.add("MALLOC_TRIM_THRESHOLD_");
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !own.has(entry[0])),
  );
}
