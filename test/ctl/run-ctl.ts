import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Builds our client as it is shipped; returns the bundle's path. */
export function buildCtl(): string {
  const outfile = join(mkdtempSync(join(tmpdir(), "ctl-")), "supervisorctl.cjs");
  buildSync({
    entryPoints: ["src/cli/supervisorctl.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    outfile,
    define: { __SUP_VERSION__: JSON.stringify("0.0.0-test") },
  });
  return outfile;
}

/** Runs a command to its end, with `input` on stdin. */
export function run(command: string, args: readonly string[], cwd: string, input = ""): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: "pipe", env: { ...process.env, LC_ALL: "C.UTF-8" } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("error", reject);
    child.once("close", (status) => resolve({ stdout, stderr, status }));
    // A client that never reads its stdin may be gone by now.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
