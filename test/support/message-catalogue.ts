import type { LogLevel } from "../../src/model/model.ts";

/** Where a row is shown: a scenario of test/e2e/message-catalogue.test.ts, run by both daemons. */
export type Scenario = "world" | "down" | "nobody" | "shown" | "failing" | "stumbling";

/** A message of Supervisor's, and how it is known that ours says the same. */
export interface Row {
  readonly level: LogLevel;
  /** As it is logged; `<...>` stands for what differs from case to case. */
  readonly text: string;
  readonly shown:
    /** `only`: of the lines that match, those that do not depend on timing or on a difference that is documented. */
    | { readonly by: Scenario; readonly only?: RegExp }
    /** Ours does not say it, on purpose: words of docs/compatibility.md; and the story in which Supervisor does, or why there is none. */
    | { readonly differs: string; readonly in: Scenario | { readonly nowhere: string } };
}

const by = (scenario: Scenario, only = /./) => ({ by: scenario, only });
const differs = (quote: string, scenario: Scenario | { nowhere: string }) => ({ differs: quote, in: scenario });

const DETAILS = "lines of level debug, trace and blather about descriptors";
const TRACEBACKS = "Wherever Supervisor ends with a traceback while it runs";

const CRITICAL: Record<string, Row["shown"]> = {
  "Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  If you intend to run as root, you can set user=root in the config file to avoid this message.":
    by("world"),
  "Server '<section>' running without any HTTP authentication checking": by("world"),
  "could not write pidfile <path>": by("nobody"),
  "can't chdir into <dir>: <err>": by("nobody"),
  "uncaptured python exception, closing channel <repr> (<type>:<msg> <trace>)": differs(TRACEBACKS, "stumbling"),
  "unknown problem killing <n> (<p>):<traceback>": by("shown"),
  "unknown problem sending sig <n> (<p>):<traceback>": by("nobody"),
  "waitpid error <errno>; a process may not be cleaned up properly": differs("`waitpid error`", "stumbling"),
  "Handling XML-RPC request with data <repr> raised an unexpected exception: <traceback>": differs(
    "are HTTP 500",
    "stumbling",
  ),
};

const ERROR: Record<string, Row["shown"]> = {
  "pool <pool> event buffer overflowed, discarding event <serial>": by("world"),
  "XML-RPC request data <repr> is invalid: unmarshallable": by("world"),
  "XML-RPC request data <repr> is invalid: no method name": by("world"),
};

const WARN: Record<string, Row["shown"]> = {
  'No file matches via include "<pattern>"': by("world"),
  "For [<section>], <logfile>=syslog but this is deprecated and will be removed.  Use <syslog>=true to enable syslog instead.":
    by("world"),
  "For [<section>], AUTO logging used for <logfile> without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally":
    by("world"),
  "For [<section>], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored":
    by("world"),
  "Could not clear childlog dir": by("nobody"),
  "Failed to clean up <path>": by("shown"),
  "process '<n>' already running": by("world"),
  "exited: <n> (<how>; not expected)": by("world"),
  "stopped: <n> (<how>)": by("world"),
  "killing '<n>' (<p>) with SIGKILL": by("world"),
  "process '<n>' (<p>) laststart time is in the future, don't know how long process was running so assuming it did not exit too quickly":
    differs("monotonic clock", "stumbling"),
  "received <SIG> indicating exit request": by("down"),
  "received SIGHUP indicating restart request": by("down"),
  "ignored SIGHUP indicating restart request (shutdown in progress)": by("down"),
  "<n>: bad result line: '<line>'": by("world"),
  "<n>: event was rejected": by("world"),
  "<n>: event caused an error": differs("`result_handler`", "stumbling"),
  "<n>: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol":
    by("world"),
};

const INFO: Record<string, Row["shown"]> = {
  'Included extra file "<file>" during parsing': by("world"),
  "Set uid to user <uid> succeeded": by("nobody"),
  "Increased RLIMIT_NOFILE limit to <n>": by("world"),
  "Increased RLIMIT_NPROC limit to <n>": by("world"),
  "RPC interface '<ns>' initialized": by("world"),
  "daemonizing the supervisord process": by("world"),
  "set current directory: <dir>": by("world"),
  "supervisord started with pid <p>": by("world"),
  "spawned: '<n>' with pid <p>": by("world"),
  "spawnerr: <text>": by("world"),
  "success: <n> entered RUNNING state, process has stayed up for > than <s> seconds (startsecs)": by("world"),
  "gave up: <n> entered FATAL state, too many start retries too quickly": by("world"),
  "exited: <n> (<how>; expected)": by("world"),
  "stopped: <n> (<how>)": by("world"),
  "waiting for <n> to stop": by("world", /deaf/),
  "waiting for <names> to die": by("down"),
  "reaped unknown pid <p> (<how>)": differs("`reaped unknown pid`", "stumbling"),
  "received SIGUSR2 indicating log reopen request": by("world"),
  "supervisord logreopen": by("world"),
  "reopening log file": by("shown"),
  "Creating socket <url>": by("world"),
  "Closing socket <url>": by("world"),
};

const DEBUG: Record<string, Row["shown"]> = {
  "killing <n> (pid <p>) with signal <SIG>": by("world"),
  "killing <n> (pid <p>) process group with signal <SIG>": by("world"),
  "sending <n> (pid <p>) sig <SIG>": by("world"),
  "Attempted to kill <n>, which is in BACKOFF state.": by("world"),
  "attempted to kill <n> with sig <SIG> but it wasn't running": differs("`but it wasn't running`", "stumbling"),
  "attempted to send <n> sig <SIG> but it wasn't running": differs("`but it wasn't running`", "stumbling"),
  "unable to signal <n> (pid <p>), it probably just exited on its own: <err>": by("failing"),
  "unable to signal <n> (pid <p>), it probably just now exited on its own: <err>": by("failing"),
  "received SIGCHLD indicating a child quit": differs(DETAILS, "world"),
  "<n> <channel> output:": by("world"),
  "fd <fd> closed, stopped monitoring <repr>": differs(DETAILS, "world"),
  "<n> <channel> emitted a comm event": by("world"),
  "<n>: <OLD> -> <NEW>": by("world"),
  "<n>: event was processed": by("world"),
  "event <s> sent to listener <n>": by("world", /good|rejects|wrong/),
  "epipe occurred while sending event <s> to listener <n>, listener state unchanged": by("world"),
  "rebuffering event <s> for pool <pool> (buf size=<k>, max=<m>)": by("world", /deafear|rejects|wrong/),
};

const TRACE: Record<string, Row["shown"]> = {
  "<addr>:Medusa (V1.12) started at <time>": differs(DETAILS, "world"),
  '<ip>:<port> - - [<time>] "<request>" <code> <bytes>': differs(DETAILS, "world"),
  "XML-RPC method called: <m>()": by("world"),
  "XML-RPC method <m>() returned successfully": by("world"),
  "XML-RPC method <m>() returned fault: [<code>] <text>": by("world"),
};

const BLATHER: Record<string, Row["shown"]> = {
  "supervisord forked; parent exiting": differs(DETAILS, "world"),
  "<n> state: <STATE>": differs(DETAILS, "down"),
  "read event caused by <repr>": differs(DETAILS, "world"),
  "write event caused by <repr>": differs(DETAILS, "world"),
  "EINTR encountered in poll": differs(DETAILS, { nowhere: "Python 3.5 and later asks again by itself" }),
  "EINTR during reap": differs(DETAILS, { nowhere: "Python 3.5 and later asks again by itself" }),
  "received <SIG> indicating nothing": differs(DETAILS, { nowhere: "it catches no signal that means nothing to it" }),
  "unexpected read event from fd <n>": differs(DETAILS, { nowhere: "4.2.5 has it not yet" }),
};

const rowsOf = (level: LogLevel, rows: Record<string, Row["shown"]>): Row[] =>
  Object.entries(rows).map(([text, shown]) => ({ level, text, shown }));

/** Every message that Supervisor can log, from its sources; the levels in order. */
export const MESSAGES: readonly Row[] = [
  ...rowsOf("critical", CRITICAL),
  ...rowsOf("error", ERROR),
  ...rowsOf("warn", WARN),
  ...rowsOf("info", INFO),
  ...rowsOf("debug", DEBUG),
  ...rowsOf("trace", TRACE),
  ...rowsOf("blather", BLATHER),
];

const TAGS: Readonly<Record<LogLevel, string>> = {
  critical: "CRIT",
  error: "ERRO",
  warn: "WARN",
  info: "INFO",
  debug: "DEBG",
  trace: "TRAC",
  blather: "BLAT",
};

/** Matches a log line of this row, without its time. */
export function patternOf({ level, text }: Row): RegExp {
  const source = text
    .split(/<\w+>/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(".+?");
  return new RegExp(`^${TAGS[level]} ${source}${text.endsWith("<traceback>") ? "" : "$"}`);
}
