/**
 * The keeper program: `node keeper.cjs --runtime DIR [--owner-fd N] [--crash-log FILE] -- <supervisor command...>`.
 *
 * Exit status: what the supervisor asked for with `quit`; 2 for wrong arguments or an unusable folder; 3 if another keeper
 * owns the folder.
 */
import * as fs from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closeInherited } from "../keeper/inherited-fds.ts";
import { KeeperCore } from "../keeper/keeper-core.ts";
import { lockRuntime } from "../keeper/runtime-lock.ts";
import { shutDown } from "../keeper/shut-down.ts";
import { SupervisorChild } from "../keeper/supervisor-child.ts";

/** Milliseconds that a supervisor has to say anything after it was told to end. */
const PATIENCE = 5000;

async function main(): Promise<void> {
  const { runtime, ownerFd: givenFd, crashLog, command } = readArguments();
  const ownerFd = closeInherited(givenFd);
  const log = (line: string): void => {
    const text = `${new Date().toISOString()} keeper: ${line}\n`;
    try {
      if (crashLog === null) process.stderr.write(text);
      else fs.appendFileSync(crashLog, text, { mode: 0o600 });
    } catch {
      // There is no better place to say it.
    }
  };
  // Every program is this process's child: it ends for no error of its own.
  process.on("uncaughtException", (error) => log(error.stack ?? String(error)));
  const folder = join(runtime, "keeper");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const owner = await lockRuntime(folder);
  if (owner !== null) {
    process.stderr.write(`keeper: ${runtime} is in use by another keeper, pid ${owner || "unknown"}\n`);
    process.exit(3);
  }
  const keeper = new KeeperCore({ folder, nofileSoft: nofileSoft() });
  let ending: string | null = null;
  let patience: NodeJS.Timeout | null = null;
  const tellEnd = (signal: string): void => {
    ending = signal;
    keeper.tell({ type: "relayed", signal });
    const heard = supervisor.heard;
    patience ??= setTimeout(() => {
      patience = null;
      if (supervisor.heard > heard) return;
      log(`the supervisor does not answer to ${signal}: stopping all programs without it`);
      supervisor.end();
      shutDown(keeper).then(
        () => keeper.quit({ force: true }),
        (error: unknown) => log(String(error)),
      );
    }, PATIENCE);
  };
  // A supervisor that is started, or dies, in the middle of a shutdown must not make it forgotten.
  const tellAgain = (): void => {
    if (ending !== null) tellEnd(ending);
  };
  const supervisor = new SupervisorChild(keeper, command, log, { ready: tellAgain, died: tellAgain });
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) process.on(signal, () => tellEnd(signal.slice(3)));
  for (const signal of ["SIGHUP", "SIGUSR2"] as const) {
    process.on(signal, () => keeper.tell({ type: "relayed", signal: signal.slice(3) }));
  }
  if (ownerFd !== null) watchOwner(ownerFd, () => tellEnd("TERM"));
  keeper.events.onClose(() => {
    void supervisor.gone(2000).then(() => process.exit(keeper.status));
  });
  supervisor.start();
}

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      options: {
        runtime: { type: "string" },
        "owner-fd": { type: "string" },
        "crash-log": { type: "string" },
      },
      allowPositionals: true,
    });
    const ownerFd = values["owner-fd"] === undefined ? null : Number(values["owner-fd"]);
    if (values.runtime === undefined || positionals.length === 0)
      throw new Error("--runtime or the command is missing");
    if (ownerFd !== null && !Number.isSafeInteger(ownerFd)) throw new Error("--owner-fd is not a number");
    return { runtime: values.runtime, ownerFd, crashLog: values["crash-log"] ?? null, command: positionals };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `keeper: ${why}\nusage: keeper --runtime DIR [--owner-fd N] [--crash-log FILE] -- COMMAND...\n`,
    );
    process.exit(2);
  }
}

interface Arguments {
  readonly runtime: string;
  readonly ownerFd: number | null;
  readonly crashLog: string | null;
  readonly command: readonly string[];
}

/** The other end of this descriptor is held by whoever owns us; its end means that they are gone. */
function watchOwner(fd: number, gone: () => void): void {
  const socket = new net.Socket({ fd, readable: true, writable: false });
  socket.on("error", () => socket.destroy());
  socket.on("close", gone);
  socket.resume();
}

function nofileSoft(): number | null {
  const soft = Number(process.env["SUP_NOFILE_SOFT"]);
  return Number.isSafeInteger(soft) && soft > 0 ? soft : null;
}

main().catch((error: unknown) => {
  process.stderr.write(`keeper: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
