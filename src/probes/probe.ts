import { connect } from "node:net";
import type { ReadySpec } from "../model/model.ts";

/** The checks that are asked for again and again; `log` is answered by the program's own output instead. */
export type ActiveCheck = Exclude<ReadySpec["check"], { readonly kind: "log" }>;

export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Runs one readiness check once. Never throws; `timeoutMs` bounds it. `context` is how the program itself would see it. */
export function probe(
  check: ActiveCheck,
  timeoutMs: number,
  context: { readonly environment: Readonly<Record<string, string>>; readonly directory: string },
): Promise<ProbeResult> {
  switch (check.kind) {
    case "http":
      return probeHttp(check.url, timeoutMs);
    case "tcp":
      return probeTcp(check.host, check.port, timeoutMs);
    case "exec":
      return probeExec(check.command, timeoutMs, context);
  }
}

/** Any 2xx or 3xx answer passes. Redirects are an answer, not to be followed: the target may need a login. */
async function probeHttp(url: string, timeoutMs: number): Promise<ProbeResult> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    if (response.status >= 200 && response.status < 400) return { ok: true };
    return { ok: false, reason: `${url} answered ${response.status}` };
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    return { ok: false, reason: `${url}: ${cause?.code ?? (error as Error).message}` };
  }
}

function probeTcp(host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end({ ok: false, reason: `${host}:${port}: no answer` }));
    socket.once("connect", () => end({ ok: true }));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end({ ok: false, reason: `${host}:${port}: ${error.code ?? error.message}` }),
    );
  });
}

/** A shell command passes with status 0. It dies with its whole process tree when it takes too long. */
async function probeExec(
  command: string,
  timeoutMs: number,
  context: { readonly environment: Readonly<Record<string, string>>; readonly directory: string },
): Promise<ProbeResult> {
  // Loaded on first use: most configs have no exec check, and every daemon start would pay for it.
  const { execa } = await import("execa");
  const result = await execa(command, {
    shell: "/bin/sh",
    cwd: context.directory,
    env: { ...context.environment },
    extendEnv: false,
    stdio: "ignore",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    reject: false,
  });
  if (!result.failed) return { ok: true };
  if (result.timedOut) return { ok: false, reason: `\`${command}\` took longer than ${timeoutMs} ms` };
  return { ok: false, reason: `\`${command}\` ended with ${result.signal ?? `status ${result.exitCode}`}` };
}
