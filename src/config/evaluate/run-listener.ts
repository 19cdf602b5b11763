import { statSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { Socket } from "node:net";
import type { ListenerEvent } from "../../model/listener-event.ts";
import { ListenerInput, type ReceivedEvent } from "../../protocol/listener-input.ts";
import { parseListenerEvent } from "../../protocol/parse-listener-event.ts";
import { checkStrictModes, gatherPathFacts } from "../strict-modes.ts";
import { bundleConfig } from "./bundle-config.ts";
import { ErrorPlaces, describe } from "./error-problem.ts";
import { runBundle } from "./run-bundle.ts";

export interface ListenerRequest {
  /** Absolute path of the config. */
  readonly config: string;
  /** Name under `listeners`. */
  readonly listener: string;
  readonly mode: "development" | "production";
}

type Handler = (event: ListenerEvent) => unknown;

/** Where listener-runner.ts puts the protocol. */
const ANSWERS_FD = 3;
const EVENTS_FD = 4;

/**
 * The life of a listener process: load the config as the evaluator does, take one handler of it, and call it with one
 * event after the other. It ends when its stdin does, or on SIGTERM once the handler is done with what it has in hand.
 *
 * Rejects if the config cannot be loaded or has no such handler; nothing has been answered then.
 */
export async function runListener(request: ListenerRequest, library: string): Promise<void> {
  const { handler, places } = await loadHandler(request, library);
  const events = new Socket({ fd: EVENTS_FD, readable: true, writable: false });
  const input = new ListenerInput();
  // One at a time, in order: the daemon sends the next event only after READY, but that is its business.
  let work = Promise.resolve();
  let busy = 0;
  let leaving = false;

  events.on("data", (piece: Buffer) => {
    for (const event of input.take(piece)) {
      busy += 1;
      work = work
        .then(() => answer(event))
        .then(() => {
          busy -= 1;
          if (leaving) process.exit(0);
          say("READY\n");
        });
    }
  });
  events.on("close", () => process.exit(0));
  process.on("SIGTERM", () => {
    if (busy === 0) process.exit(0);
    leaving = true;
  });
  say("READY\n");

  async function answer(received: ReceivedEvent): Promise<void> {
    try {
      await handler(parseListenerEvent(received.header, received.payload));
      say("RESULT 2\nOK");
    } catch (error) {
      const { name, serial } = received.header;
      const place = places.placeOf(error);
      const where = place === undefined ? "" : ` at ${place.file}:${place.line}:${place.column}`;
      const stack = error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
      const text = `listener ${request.listener} failed on ${name} (serial ${serial})${where}: ${describe(error)}`;
      process.stderr.write(`${text}; it will get the event again${stack}\n`);
      say("RESULT 4\nFAIL");
    }
  }
}

/** Told in one piece, and before anything else happens: the pipe is a blocking one. */
function say(text: string): void {
  writeSync(ANSWERS_FD, text);
}

async function loadHandler(
  { config: file, listener, mode }: ListenerRequest,
  library: string,
): Promise<{ readonly handler: Handler; readonly places: ErrorPlaces }> {
  const bundle = await bundleConfig(file, library);
  if (!bundle.ok) throw new Error(bundle.problems.map(({ message }) => message).join("; "));
  // The files may have changed hands since the evaluator looked.
  const reader = { uid: process.getuid?.() ?? 0, trusted: [statSync(file).uid] };
  const { refused } = checkStrictModes(gatherPathFacts(bundle.sources.files), reader);
  if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join("; "));
  const context = { mode, command: "up", host: hostname(), env: process.env };
  const config = (await runBundle(bundle.code, file, context)) as {
    readonly listeners?: Readonly<Record<string, { readonly handler?: unknown } | undefined>>;
  } | null;
  const listeners = config?.listeners ?? {};
  const handler = Object.hasOwn(listeners, listener) ? listeners[listener]?.handler : undefined;
  if (typeof handler !== "function") throw new Error(`listeners.${listener}.handler is no function in this config`);
  return { handler: handler as Handler, places: new ErrorPlaces(file, bundle.map, bundle.sources) };
}
