import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * Sends Supervisor's error page. Old clients split the status line into three parts, so it always has a reason.
 *
 * @param detail one more line for people, about what to do.
 */
export function sendErrorPage(
  response: ServerResponse,
  status: number,
  options: { readonly detail?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  const reason = STATUS_CODES[status] ?? "Error";
  const lines = [
    "<head>",
    "<title>Error response</title>",
    "</head>",
    "<body>",
    "<h1>Error response</h1>",
    `<p>Error code ${status}.`,
    `<p>Message: ${reason}.`,
    ...(options.detail === undefined ? [] : [`<p>${escapeHtml(options.detail)}`]),
    "</body>",
    "",
  ];
  const body = Buffer.from(lines.join("\r\n"));
  response.writeHead(status, reason, {
    "Content-Type": "text/html",
    "Content-Length": body.length,
    "X-Content-Type-Options": "nosniff",
    ...options.headers,
  });
  response.end(body);
}

/** The same, when what is left of the request is not wanted: the connection ends with the answer. */
export async function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  options: { readonly detail?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  await drain(request);
  if (response.destroyed) return;
  sendErrorPage(response, status, { ...options, headers: { ...options.headers, Connection: "close" } });
}

/** Bytes of a refused request that are still read. */
const MOST_DRAINED = 1 << 20;

/** Closing with unread bytes resets the connection, and many a client then never sees the answer: read what is small. */
function drain(request: IncomingMessage): Promise<void> {
  if (Number(request.headers["content-length"] ?? 0) > MOST_DRAINED) return Promise.resolve();
  return new Promise((resolve) => {
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_DRAINED) resolve();
    });
    request.once("end", resolve);
    request.once("close", resolve);
    request.resume();
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
