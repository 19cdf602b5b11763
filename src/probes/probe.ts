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

/**
 * Any 2xx or 3xx answer passes. Redirects are an answer, not to be followed: the target may need a login. Not by `fetch`, which has a
 * browser's scruples: no port that some other protocol is known by, such as 6000, and no user in the URL.
 */
async function probeHttp(url: string, timeoutMs: number): Promise<ProbeResult> {
  if (!URL.canParse(url)) return { ok: false, reason: `${url} is not a URL` };
  const target = new URL(url);
  const { get } = await (target.protocol === "https:" ? import("node:https") : import("node:http"));
  const shown = url.replace(/\/\/[^/@]*@/, "//");
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const refuse = (why: string): void => resolve({ ok: false, reason: `${shown}: ${why}` });
    const request = get(target, { agent: false, signal }, ({ statusCode = 0 }) => {
      request.destroy();
      if (statusCode >= 200 && statusCode < 400) resolve({ ok: true });
      else resolve({ ok: false, reason: `${shown} answered ${statusCode}` });
    });
    request.on("error", (error: NodeJS.ErrnoException) =>
      refuse(signal.aborted ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message)),
    );
  });
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

/**
 * A shell command passes with status 0. One that takes too long is killed with all that it has started, and so is one that is under
 * way when this process ends: a pipeline that waits for ever would be one more with each try.
 */
async function probeExec(
  command: string,
  timeoutMs: number,
  context: { readonly environment: Readonly<Record<string, string>>; readonly directory: string },
): Promise<ProbeResult> {
  // Loaded on first use: most configs have no exec check, and every daemon start would pay for it.
  const { execa } = await import("execa");
  const shell = execa(command, {
    shell: "/bin/sh",
    cwd: context.directory,
    env: { ...context.environment },
    extendEnv: false,
    stdio: "ignore",
    reject: false,
    // In a process group of its own.
    detached: true,
  });
  const { pid } = shell;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (pid !== undefined) killGroup(pid);
  }, timeoutMs);
  if (pid !== undefined) note(pid);
  const result = await shell;
  clearTimeout(timer);
  if (pid !== undefined) UNDER_WAY.delete(pid);
  if (isLate) return { ok: false, reason: `\`${command}\` took longer than ${timeoutMs} ms` };
  if (!result.failed) return { ok: true };
  if (result.exitCode === undefined && result.signal === undefined)
    return { ok: false, reason: `\`${command}\` could not be run: ${result.code ?? result.message}` };
  return { ok: false, reason: `\`${command}\` ended with ${result.signal ?? `status ${result.exitCode}`}` };
}

/** Leaders of the groups of commands that have not ended yet. */
const UNDER_WAY = new Set<number>();
let isEndSeenTo = false;

function note(leader: number): void {
  UNDER_WAY.add(leader);
  if (isEndSeenTo) return;
  isEndSeenTo = true;
  process.once("exit", () => {
    for (const pid of UNDER_WAY) killGroup(pid);
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended in this moment.
  }
}
