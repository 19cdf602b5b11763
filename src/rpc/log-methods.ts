import { existsSync } from "node:fs";
import { readLog, tailLog } from "../logs/read-log.ts";
import type { ProcessSpec } from "../model/model.ts";
import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import type { StreamName } from "../protocol/keeper.ts";
import { PIECE, Utf8Text } from "../protocol/utf8-text.ts";
import { logPath } from "../supervisor/launch.ts";
import { findProcess } from "./find-target.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type LogText = string | Utf8Text;

type Names =
  | "supervisor.readLog"
  | "supervisor.readProcessStdoutLog"
  | "supervisor.readProcessStderrLog"
  | "supervisor.tailProcessStdoutLog"
  | "supervisor.tailProcessStderrLog";

/**
 * Bytes of a log in one answer. They are held in memory: without a bound, one call for a log of gigabytes would end the daemon.
 * What is asked for beyond it is read with further offsets.
 */
export const MAX_READ = 32 << 20;

/** The calls that read logs. Offsets and lengths are bytes; the text is what can be read of them as UTF-8. */
export function logMethods({ supervisor, mainLog }: RpcDaemon): Pick<RpcMethods, Names> {
  const pathOf = (name: string, stream: StreamName): string | null => {
    const { spec } = findProcess(supervisor, name);
    const path = logPath(spec, stream, supervisor.context);
    // A log without a name (`stdout_logfile=`) is none, but has a name to be told: "".
    return path === null && spec[stream].logfile.kind === "file" && !isJoined(spec, stream) ? "" : path;
  };
  return {
    "supervisor.readLog": (offset, length) => read(mainLog.path, offset, length),
    "supervisor.readProcessStdoutLog": (name, offset, length) => read(pathOf(name, "stdout"), offset, length),
    "supervisor.readProcessStderrLog": (name, offset, length) => read(pathOf(name, "stderr"), offset, length),
    "supervisor.tailProcessStdoutLog": (name, offset, length) => tail(pathOf(name, "stdout"), offset, length),
    "supervisor.tailProcessStderrLog": (name, offset, length) => tail(pathOf(name, "stderr"), offset, length),
  };
}

/** It goes where standard output goes. */
function isJoined({ redirectStderr }: ProcessSpec, stream: StreamName): boolean {
  return stream === "stderr" && redirectStderr;
}

function read(path: string | null, offset: number, length: number): LogText {
  if (path === null) throw new Fault("NO_FILE");
  const bounded = offset >= 0 && (length === 0 || length > MAX_READ) ? MAX_READ : length;
  const bytes = readLog(path, Math.max(offset, -MAX_READ), bounded);
  // A log that is missing is reported before arguments that make no sense.
  if (typeof bytes === "string" && !existsSync(path)) throw new Fault("NO_FILE", path);
  // It is there, but cannot be opened: a pipe or socket, such as our standard output.
  if (typeof bytes === "string") throw new Fault(bytes === "NO_FILE" ? "FAILED" : bytes);
  return textOf(bytes);
}

function tail(path: string | null, offset: number, length: number): readonly [LogText, number, boolean] {
  if (path === null) return ["", 0, false];
  const tail = tailLog(path, offset, Math.min(length, MAX_READ));
  return [textOf(tail.bytes), tail.offset, tail.overflow];
}

/** What is short is a text like any other. */
function textOf(bytes: Uint8Array): LogText {
  const text = new Utf8Text(bytes);
  return bytes.length > PIECE ? text : text.toString();
}
