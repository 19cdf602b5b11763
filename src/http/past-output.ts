import { PastLog } from "../logs/past-log.ts";
import type { StreamName } from "../protocol/keeper.ts";
import { logPath } from "../supervisor/launch.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { ItemWriter } from "./item-writer.ts";

/**
 * Opens what a stream has logged: its last lines, or all since this daemon first started it. `null` if there is nothing to
 * show. `end`: the file (device:inode) and size at which its live output begins; absent: to the end of the file.
 */
export function openPast(
  supervisor: Supervisor,
  process: ManagedProcess,
  stream: StreamName,
  from: { readonly lines: number } | "boot",
  end?: { readonly size: number; readonly file: string | undefined },
): PastLog | null {
  const path = logPath(process.spec, stream, supervisor.context);
  if (path === null || (from !== "boot" && from.lines === 0)) return null;
  return new PastLog(path, {
    from: from === "boot" ? process.outputAtBoot(stream) : from,
    backups: process.spec[stream].backups,
    ...(end === undefined ? {} : { end }),
  });
}

/** Sends a past piece by piece, as fast as the client takes it, and closes it. */
export async function sendPieces(
  past: PastLog,
  writer: ItemWriter,
  namespec: string,
  stream: StreamName,
): Promise<void> {
  try {
    for (const piece of past.pieces()) {
      if (piece !== null && "bytes" in piece)
        writer.send({ type: "output", namespec, stream, data: piece.bytes.toString("base64") });
      else if (piece !== null) writer.send({ type: "gap", namespec, stream, bytes: piece.lost });
      if (!(await writer.room())) return;
    }
  } finally {
    past.close();
  }
}
