import { readFileSync, writeFileSync } from "node:fs";
import { ACTIONS } from "./actions.ts";
import { runLine } from "./run-line.ts";
import type { Session } from "./session.ts";

/** Prompts for command lines until `quit`, the end of input or Ctrl-C. Begins with `status`. */
export async function runShell(session: Session): Promise<void> {
  await runLine(session, ACTIONS, "status");
  while (!session.over) {
    const answer = await session.ask(`${session.prompt}> `);
    if (answer.kind !== "line") {
      session.say("");
      return;
    }
    await interruptible(session, runLine(session, ACTIONS, answer.line));
  }
}

/** A Ctrl-C while an action waits leaves the shell, unless the action takes it for itself (`fg`, `tail -f`). */
async function interruptible(session: Session, running: Promise<void>): Promise<void> {
  let forget = () => {};
  const interrupted = new Promise<void>((resolve) => {
    forget = session.io.onInterrupt(() => {
      session.say("");
      session.over = true;
      resolve();
    });
  });
  await Promise.race([running, interrupted]);
  forget();
}

/** Lines of earlier sessions, oldest first. A file that cannot be read is an empty history. */
export function readHistory(file: string | null): string[] {
  if (file === null) return [];
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** A history that cannot be written is no reason to fail. */
export function writeHistory(file: string | null, lines: readonly string[]): void {
  if (file === null) return;
  try {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  } catch {
    // Nothing the user could do about it now.
  }
}
