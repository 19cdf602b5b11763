import type { ProcessInfo } from "../protocol/process-info.ts";
import { ACTIONS } from "./actions.ts";
import { parseCommandLine, UsageError, type CommandLine } from "./command-line.ts";
import { complete } from "./completion.ts";
import { LineReader } from "./line-reader.ts";
import { runLine } from "./run-line.ts";
import { Session, type CtlIo } from "./session.ts";
import { readSettings, type Settings } from "./settings.ts";
import { readHistory, runShell, writeHistory } from "./shell.ts";
import { usageText } from "./usage-text.ts";

/**
 * `supervisorctl`: one action, or an interactive shell if there is none.
 *
 * @returns the exit status: that of the action, 0 for the shell, 2 for misuse.
 */
export async function runSupervisorctl(argv: readonly string[], io: CtlIo): Promise<number> {
  let given: CommandLine;
  let settings: Settings;
  try {
    given = parseCommandLine(argv);
    if (given.help) {
      io.stdout.write(`${usageText(io.argv0)}\n`);
      return 0;
    }
    settings = readSettings(given, { program: io.program, cwd: io.cwd, env: io.env });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr.write(`Error: ${error.message}\nFor help, use ${io.argv0} -h\n`);
    return 2;
  }
  return runWith(given, settings, io);
}

async function runWith(given: CommandLine, settings: Settings, io: CtlIo): Promise<number> {
  const history = given.hasAction ? [] : readHistory(settings.historyFile);
  // Processes are asked for once per line: a second Tab must not cost a second round trip.
  let known: { readonly line: string; readonly infos: Promise<readonly ProcessInfo[]> } | null = null;
  const reader = new LineReader(
    io,
    (line, done) => {
      const infos = () => {
        const first = line.trimStart().split(/\s/)[0] ?? "";
        known =
          known !== null && known.line === first
            ? known
            : { line: first, infos: session.call("supervisor.getAllProcessInfo") };
        return known.infos;
      };
      complete(line, ACTIONS, infos).then(
        (result) => done(null, result),
        () => done(null, [[], line]),
      );
    },
    history,
  );
  const session: Session = new Session({
    io,
    reader,
    interactive: given.interactive || !given.hasAction,
    prompt: settings.prompt,
    raw: given.raw,
    serverurl: settings.serverurl,
    credentials: { username: settings.username, password: settings.password },
  });
  try {
    if (given.hasAction) {
      await runLine(session, ACTIONS, given.action);
      return session.exitStatus;
    }
    await runShell(session);
    writeHistory(settings.historyFile, history);
    return 0;
  } finally {
    reader.close();
    session.client.close();
  }
}
