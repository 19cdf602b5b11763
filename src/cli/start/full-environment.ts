/**
 * Gives this process the environment that `bin/sup` or `bin/supervisord` was called with: programs are to inherit that, and not
 * what became of it in the shell on the way.
 *
 * The shell hands over, in `SUP_ENVIRON`, those variables that shells change or drop; what they add and is not among these goes.
 * Where `/proc` does not tell, there is no `SUP_ENVIRON`, and the shell's word counts.
 */
export function restoreEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  const carried = takeCarried(env);
  if (carried === null) return;
  const given = new Map<string, string>();
  for (const entry of carried.split("%00")) {
    const equals = entry.indexOf("=");
    const name = plain(entry.slice(0, equals));
    // Of two variables of one name, most programs know the first.
    if (equals > 0 && !given.has(name)) given.set(name, plain(entry.slice(equals + 1)));
  }
  for (const name of ADDED_BY_SHELLS) delete env[name];
  for (const [name, value] of given) env[name] = value;
}

const ADDED_BY_SHELLS: readonly string[] = ["PWD", "OLDPWD", "SHLVL", "_"];

/** A long one comes as base64, in pieces that are numbered from 1. `null` if there is none. */
function takeCarried(env: NodeJS.ProcessEnv): string | null {
  const whole = env["SUP_ENVIRON"];
  delete env["SUP_ENVIRON"];
  let pieces = "";
  for (let count = 1; ; count += 1) {
    const piece = env[`SUP_ENVIRON_${count}`];
    if (piece === undefined) break;
    delete env[`SUP_ENVIRON_${count}`];
    pieces += piece;
  }
  return pieces === "" ? (whole ?? null) : Buffer.from(pieces, "base64").toString("utf8");
}

function plain(text: string): string {
  return text.replace(/%(?:0A|25)/g, (escape) => (escape === "%25" ? "%" : "\n"));
}
