import type { Action } from "./action.ts";
import { errorLine } from "./error-line.ts";
import { HttpFailure } from "./rpc-client.ts";
import type { Session } from "./session.ts";

/**
 * Runs one command line. The action is the longest leading run of letters, digits and `_`; the rest, trimmed, is its argument.
 * Nothing is thrown: unexpected failures become the generic error line and status 1.
 */
export async function runLine(session: Session, actions: ReadonlyMap<string, Action>, line: string): Promise<void> {
  const parsed = parseLine(line);
  if (parsed === null) return;
  const action = actions.get(parsed.name);
  if (action === undefined) {
    session.say(`*** Unknown syntax: ${parsed.line}`);
    session.fail(1);
    return;
  }
  let last = false;
  for (;;) {
    try {
      await action.run(session, parsed.args);
      return;
    } catch (error) {
      // The user has left meanwhile; a connection that breaks on the way out is nobody's concern.
      if (session.over) return;
      if (last || !(error instanceof HttpFailure && error.status === 401)) {
        session.say(errorLine(error));
        session.fail(1);
        return;
      }
    }
    session.say("Server requires authentication");
    if (!session.interactive) {
      // Supervisor's client has nobody to ask, and tries once more all the same: scripts see the words and an error line.
      session.fail(1);
      last = true;
    } else if (!(await askCredentials(session))) return;
  }
}

/** `null` for an empty line, which does nothing. */
export function parseLine(line: string): { line: string; name: string; args: string } | null {
  let text = line.trim();
  if (text === "") return null;
  if (text.startsWith("?")) text = `help ${text.slice(1)}`;
  const name = /^[A-Za-z0-9_]*/.exec(text)?.[0] ?? "";
  return { line: text, name, args: text.slice(name.length).trim() };
}

/** False: the user would not say, so the command is given up. */
async function askCredentials(session: Session): Promise<boolean> {
  const username = await session.ask("Username:");
  const password = username.kind === "line" ? await session.ask("Password:", { hidden: true }) : username;
  if (username.kind === "line" && password.kind === "line") {
    session.say("");
    session.connect(session.serverurl, { username: username.line, password: password.line });
    return true;
  }
  if (password.kind === "interrupt") {
    // As a Ctrl-C anywhere else: the program is left, not only the command.
    session.say("");
    session.over = true;
  } else {
    const text = username.kind === "end" && !session.reader.isTerminal ? "EOF when reading a line" : "";
    session.say(`error: <class 'EOFError'>, ${text}: file: supervisorctl line: 1`);
  }
  session.fail(1);
  return false;
}
