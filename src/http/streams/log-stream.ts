import type { IncomingMessage, ServerResponse } from "node:http";
import { parseNamespec } from "../../protocol/namespec.ts";
import { logPath } from "../../supervisor/launch.ts";
import type { ManagedProcess } from "../../supervisor/managed-process.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { sendErrorPage } from "../error-page.ts";
import { FollowedFile } from "./follow-file.ts";

/** Bytes that a stream begins with. */
const FIRST_BYTES = 1024;

/**
 * `GET /logtail/<namespec>[/stdout|/stderr]`: the end of a process's log and all that comes. 404 for anything that is not the
 * log file of one process.
 *
 * @param path decoded, without the query.
 */
export function sendProcessLog(
  supervisor: Supervisor,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method !== "GET") return sendErrorPage(response, 400);
  const found = findLog(supervisor, path);
  if (found === null) return sendErrorPage(response, 404);
  const followed = sendGrowingFile(found.file, response, { "X-Accel-Buffering": "no" });
  if (followed === null) return;
  const unsubscribe = supervisor.bus.subscribe((event) => {
    if (event.type !== "logsCleared" || event.process !== found.process) return;
    if (event.done) followed.cleared();
    else followed.expectClearing();
  });
  response.once("close", unsubscribe);
}

/** `GET /mainlogtail`: the same for the daemon's own log, the file that is written now. */
export function sendMainLog(file: string | null, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "GET") return sendErrorPage(response, 400);
  if (file === null) return sendErrorPage(response, 404);
  sendGrowingFile(file, response, {});
}

function findLog(supervisor: Supervisor, path: string): { file: string; process: ManagedProcess } | null {
  // The first segment only has to begin with `logtail`.
  const [, name = "", channel = "stdout", ...surplus] = path.replace(/^\/+/, "").split("/");
  if (surplus.length > 0 || (channel !== "stdout" && channel !== "stderr")) return null;
  const { group, process: member } = parseNamespec(name);
  const process = member === null ? null : supervisor.find(group, member);
  const file = process === null ? null : logPath(process.spec, channel, supervisor.context);
  return process === null || file === null ? null : { file, process };
}

/**
 * Streams a file until the client leaves. It is never ended politely: Supervisor's own client takes only a closed connection for
 * the end, and that is what a closing listener gives it.
 */
function sendGrowingFile(
  file: string,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): FollowedFile | null {
  const followed = FollowedFile.open(file, {
    tail: FIRST_BYTES,
    write: (bytes) => response.write(bytes),
    onError: () => response.destroy(),
  });
  if (followed === null) {
    sendErrorPage(response, 404);
    return null;
  }
  response.writeHead(200, {
    "Last-Modified": followed.modified.toUTCString(),
    "Content-Type": "text/plain;charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  // Nothing may ever be written to it, and the client must know all the same that the log is there.
  response.flushHeaders();
  response.on("drain", () => followed.resume());
  response.once("close", () => followed.close());
  followed.start();
  return followed;
}
