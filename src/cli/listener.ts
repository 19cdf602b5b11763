/**
 * The program of a listener that is written in the config: `node listener.cjs --config FILE --listener NAME --mode MODE
 * --build HASH`, started with the protocol on descriptors 3 and 4. The hash is not used: an edit makes it another, so that
 * the daemon sees another command.
 *
 * Exit status: 0 when it was told to end; 1 if the handler cannot be loaded; 2 for wrong arguments.
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { runListener, type ListenerRequest } from "../config/evaluate/run-listener.ts";

const request = readArguments();
// Beside this program, so that `import "sup"` works where nothing is installed.
const library = join(dirname(process.argv[1] ?? "."), "index");
runListener(request, library).catch((error: unknown) => {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`listener ${request.listener}: cannot load its handler from ${request.config}: ${why}\n`);
  process.exit(1);
});

function readArguments(): ListenerRequest {
  try {
    const text = { type: "string" } as const;
    const { values } = parseArgs({ options: { config: text, listener: text, mode: text, build: text } });
    const { config, listener, mode } = values;
    if (config === undefined || listener === undefined) throw new Error("--config or --listener is missing");
    if (mode !== "development" && mode !== "production") throw new Error("--mode is development or production");
    return { config, listener, mode };
  } catch (error) {
    process.stderr.write(`listener: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}
