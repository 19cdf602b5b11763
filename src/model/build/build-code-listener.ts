import type { BuildContext } from "./build-context.ts";
import { buildListener } from "./build-listener.ts";
import type { ListenerConfig } from "../config.ts";
import type { GroupSpec } from "../model.ts";

/**
 * A listener whose handler is a function of the config: an event listener like any other, whose command is our own program
 * that loads the config and calls the function.
 */
export function buildCodeListener(
  context: BuildContext,
  name: string,
  listener: ListenerConfig,
  environment: Readonly<Record<string, string>>,
): GroupSpec | null {
  const path = ["listeners", name];
  const runner = context.world.listeners;
  if (runner === undefined) {
    const message = `${path.join(".")} has a handler, which only a config in TypeScript or JavaScript can have`;
    context.problem(path, message, "write it in supervisor.config.ts, or a program of its own under eventlisteners");
    return null;
  }
  const { handler: _, ...options } = listener;
  const group = buildListener(
    context,
    name,
    {
      // It is never meant to end.
      autorestart: true,
      // stdout is the protocol; what the handler prints goes to stderr.
      stdoutLogfile: "NONE",
      ...options,
      command: "sup listener",
      environment: { ...listener.environment, SUP_EVENT_LEN: "bytes" },
    },
    environment,
    path,
  );
  // Put in afterwards: paths are no templates.
  const command = [...runner.command, "--listener", name].map(quoteWord).join(" ");
  const processes = group.processes.map((process) => ({ ...process, command, uid: process.uid ?? runner.uid }));
  return { ...group, processes };
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
