import { PastLog } from "../../logs/past-log.ts";
import type { StreamName } from "../../protocol/keeper.ts";
import { logPath } from "../../supervisor/launch.ts";
import type { ManagedProcess } from "../../supervisor/managed-process.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import type { ItemWriter } from "./item-writer.ts";

/** The last so many lines or bytes, or all since this daemon first started the process. */
export type PastFrom = { readonly lines: number } | { readonly bytes: number } | "boot";

/**
 * How to open what a stream has logged: the end of it, or all since this daemon first started it. `null` if there is nothing to
 * show. `end`: the file (`fileMoment`) and size at which its live output begins; absent: to the end of the file.
 */
export function pastOf(
  supervisor: Supervisor,
  process: ManagedProcess,
  stream: StreamName,
  from: PastFrom,
  end?: { readonly size: number; readonly file: string | undefined },
): (() => PastLog) | null {
  const path = logPath(process.spec, stream, supervisor.context);
  if (path === null || (from !== "boot" && "lines" in from && from.lines === 0)) return null;
  const wanted = {
    from: from === "boot" ? process.outputAtBoot(stream) : from,
    backups: process.spec[stream].backups,
    ...(end === undefined ? {} : { end }),
  };
  return () => new PastLog(path, wanted);
}

/**
 * Sends a past piece by piece, as fast as the client takes it, and closes it.
 *
 * @param end position of the output at the end of the past; absent where nothing follows.
 */
export async function sendPieces(
  past: PastLog,
  writer: ItemWriter,
  output: { readonly namespec: string; readonly stream: StreamName },
  end?: number,
): Promise<void> {
  try {
    for (const piece of past.pieces()) {
      if (piece !== null) {
        // The log may have more than the keeper counted, from a keeper before it.
        const at = end === undefined ? {} : { position: Math.max(0, end - piece.left) };
        if ("bytes" in piece) writer.send({ type: "output", ...output, data: piece.bytes.toString("base64"), ...at });
        else writer.send({ type: "gap", ...output, bytes: piece.lost, ...at });
      }
      if (!(await writer.room())) return;
    }
  } finally {
    past.close();
  }
}
