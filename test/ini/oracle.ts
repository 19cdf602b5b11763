import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ENV } from "./host.ts";

/** What Debian's Supervisor makes of one file; see test/oracle/ini_supervisor.py. */
export interface OracleAnswer {
  readonly error?: string;
  readonly supervisord: Readonly<Record<string, unknown>>;
  readonly servers: readonly Readonly<Record<string, unknown>>[];
  readonly rpcinterfaces: readonly string[];
  readonly groups: readonly OracleGroup[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export interface OracleGroup {
  readonly name: string;
  readonly kind: string;
  readonly priority: number;
  readonly processes: readonly Readonly<Record<string, unknown>>[];
  readonly buffer_size?: number;
  readonly events?: readonly string[];
  readonly socket?: readonly unknown[];
}

/**
 * Asks Supervisor about many files in one process. Throws if Supervisor is not installed: without it nothing is known.
 *
 * @param cwd the folder that relative files are relative to; it stays in it.
 */
export function askSupervisor(files: readonly string[], lenient = false, cwd = process.cwd()): OracleAnswer[] {
  const script = fileURLToPath(new URL("../oracle/ini_supervisor.py", import.meta.url));
  const input = files.map((file) => JSON.stringify({ file, lenient, cwd })).join("\n");
  const options = { input, env: { ...ENV }, encoding: "utf8", maxBuffer: 2 ** 30 } as const;
  const { stdout, stderr, status, error } = spawnSync("/usr/bin/python3", [script], options);
  if (error || status !== 0)
    throw new Error(`the oracle did not run (apt-get install supervisor): ${stderr}`, { cause: error });
  const answers = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as OracleAnswer);
  if (answers.length !== files.length) throw new Error(`${answers.length} answers for ${files.length} files`);
  return answers;
}
