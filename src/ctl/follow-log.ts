import { StringDecoder } from "node:string_decoder";
import type { IncomingMessage } from "node:http";
import type { Session } from "./session.ts";
import { TerminalFilter } from "./terminal-filter.ts";

/** A log being shown as it grows. */
export interface Following {
  /** Settles when the server ends the stream, when it could not be had, or after `stop`. Never rejects. */
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * Shows a log stream on stdout. That it cannot be had is said on stderr and is no failure of the command, as it never was.
 *
 * @param path such as `/logtail/web/stdout`.
 */
export function followLog(session: Session, path: string): Following {
  let stopped = false;
  let close = () => {};
  const run = async () => {
    try {
      const stream = session.client.stream(path);
      close = stream.close;
      const response = await stream.response;
      if (response.statusCode === 200) await show(session, response);
      else session.complain(`${session.serverurl}${path} Cannot read, status code ${response.statusCode}`);
    } catch (error) {
      if (!stopped) session.complain(`${session.serverurl}${path} Cannot connect, error: ${described(error)}`);
    } finally {
      close();
    }
  };
  return {
    ended: run(),
    stop() {
      stopped = true;
      close();
    },
  };
}

async function show(session: Session, response: IncomingMessage): Promise<void> {
  // Characters may be split between chunks; bytes that are no UTF-8 show as U+FFFD.
  const decoder = new StringDecoder("utf8");
  const filter = new TerminalFilter();
  try {
    for await (const chunk of response) {
      const text = decoder.write(chunk as Buffer);
      session.io.stdout.write(session.raw ? text : filter.write(text));
    }
  } catch {
    // The server went away, or we closed: either way the stream has simply ended.
  }
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : error.name;
  return `${code} (${error.message === "" ? code : error.message})`;
}
