/**
 * Every message of Supervisor's log, row by row of the catalogue in its specification, and how it is shown that both daemons say
 * it: `said` by both in the run of message-catalogue.test.ts, `elsewhere` in a test that compares them too, or, as docs/
 * compatibility.md says, by design not said by ours. `unreachable`: no config and no client leads there.
 */
export type Row = { readonly level: string; readonly text: string } & (
  | { readonly said: RegExp }
  | { readonly elsewhere: readonly [file: string, test: string] }
  | { readonly differs: string }
  | { readonly unreachable: string }
);

const said = (level: string, text: string, pattern: RegExp): Row => ({ level, text, said: pattern });
const TRACEBACK = "Wherever Supervisor ends with a traceback while it runs";
const NOISE = "about descriptors, polls, SIGCHLD and forks";

export const CATALOGUE: readonly Row[] = [
  said(
    "CRIT",
    "Supervisor is running as root",
    /CRIT Supervisor is running as root\. {2}Privileges were not dropped because no user is specified in the config file\. {2}If you intend to run as root, you can set user=root in the config file to avoid this message\.$/m,
  ),
  said(
    "CRIT",
    "without any HTTP authentication checking",
    /CRIT Server 'unix_http_server' running without any HTTP authentication checking$/m,
  ),
  {
    level: "CRIT",
    text: "could not write pidfile",
    elsewhere: ["supervisord-daemon.test.ts", "a pidfile that cannot be written is told"],
  },
  { level: "CRIT", text: "can't chdir into", unreachable: "a directory that is not there is refused with the config" },
  { level: "CRIT", text: "uncaptured python exception", differs: TRACEBACK },
  { level: "CRIT", text: "unknown problem killing", elsewhere: ["../machine/matrix-lines.ts", "unknown problem"] },
  { level: "CRIT", text: "unknown problem sending sig", elsewhere: ["../machine/matrix-lines.ts", "unknown problem"] },
  { level: "CRIT", text: "waitpid error", differs: TRACEBACK },
  { level: "CRIT", text: "Handling XML-RPC request with data", differs: TRACEBACK },
  said("ERRO", "event buffer overflowed", /ERRO pool muted event buffer overflowed, discarding event \d+$/m),
  said("ERRO", "unmarshallable", /ERRO XML-RPC request data 'nonsense' is invalid: unmarshallable$/m),
  said(
    "ERRO",
    "no method name",
    /ERRO XML-RPC request data '<methodCall><params\/><\/methodCall>' is invalid: no method name$/m,
  ),
  said("WARN", "No file matches via include", /WARN No file matches via include ".*\/none\/\*\.conf"$/m),
  said(
    "WARN",
    "AUTO logging without rollover, stdout",
    /WARN For \[program:norollover\], AUTO logging used for stdout_logfile without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally$/m,
  ),
  said(
    "WARN",
    "AUTO logging without rollover, stderr",
    /WARN For \[program:norollover\], AUTO logging used for stderr_logfile without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally$/m,
  ),
  said(
    "WARN",
    "redirect_stderr and stderr_logfile",
    /WARN For \[program:redirected\], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored$/m,
  ),
  {
    level: "WARN",
    text: "Could not clear childlog dir",
    unreachable: "the folder was read a moment before, when the config was",
  },
  {
    level: "WARN",
    text: "Failed to clean up",
    unreachable: "root, which may remove anything, is who has such folders",
  },
  { level: "WARN", text: "already running", unreachable: "no caller starts what runs" },
  said("WARN", "exited: not expected", /WARN exited: fails \(exit status 1; not expected\)$/m),
  said("WARN", "stopped: by a signal", /WARN stopped: stays \(terminated by SIGTERM\)$/m),
  said("WARN", "killing with SIGKILL", /WARN killing 'deaf' \(\d+\) with SIGKILL$/m),
  {
    level: "WARN",
    text: "laststart time is in the future",
    differs: "monotonic clock: setting the time neither kills nor promotes anything",
  },
  said("WARN", "indicating exit request", /WARN received SIGTERM indicating exit request$/m),
  said("WARN", "indicating restart request", /WARN received SIGHUP indicating restart request$/m),
  said("WARN", "ignored SIGHUP", /WARN ignored SIGHUP indicating restart request \(shutdown in progress\)$/m),
  said("WARN", "bad result line", /WARN garbler: bad result line: 'RESULT nonsense'$/m),
  said("WARN", "event was rejected", /WARN refuser: event was rejected$/m),
  {
    level: "WARN",
    text: "event caused an error",
    unreachable: "only a result handler of one's own, which is Python code, can throw",
  },
  said(
    "WARN",
    "UNKNOWN state of a listener",
    /WARN noisy: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol$/m,
  ),
  said("INFO", "Included extra file", /INFO Included extra file ".*\/inc\/a\.conf" during parsing$/m),
  {
    level: "INFO",
    text: "Set uid to user",
    elsewhere: ["supervisord-daemon.test.ts", "becomes the user, with the log and the programs"],
  },
  said("INFO", "Increased RLIMIT_NOFILE", /INFO Increased RLIMIT_NOFILE limit to 1100$/m),
  said("INFO", "Increased RLIMIT_NPROC", /INFO Increased RLIMIT_NPROC limit to 200$/m),
  said("INFO", "RPC interface initialized", /INFO RPC interface 'supervisor' initialized$/m),
  said("INFO", "daemonizing", /INFO daemonizing the supervisord process$/m),
  said("INFO", "set current directory", /INFO set current directory: '.*'$/m),
  said("INFO", "supervisord started with pid", /INFO supervisord started with pid \d+$/m),
  said("INFO", "spawned", /INFO spawned: 'stays' with pid \d+$/m),
  said("INFO", "spawnerr", /INFO spawnerr: can't find command '\/nope'$/m),
  said(
    "INFO",
    "success",
    /INFO success: stays entered RUNNING state, process has stayed up for > than 1 seconds \(startsecs\)$/m,
  ),
  said("INFO", "gave up", /INFO gave up: missing entered FATAL state, too many start retries too quickly$/m),
  said("INFO", "exited: expected", /INFO exited: job \(exit status 0; expected\)$/m),
  said("INFO", "stopped: as expected", /INFO stopped: polite \(exit status 0\)$/m),
  said("INFO", "waiting to stop", /INFO waiting for deaf to stop$/m),
  said("INFO", "waiting to die", /INFO waiting for .*slow.* to die$/m),
  { level: "INFO", text: "reaped unknown pid", differs: "a child that it did not start is reaped and logged" },
  said("INFO", "log reopen request", /INFO received SIGUSR2 indicating log reopen request$/m),
  said("INFO", "logreopen", /INFO supervisord logreopen$/m),
  said("INFO", "reopening log file", /INFO reopening log file$/m),
  said("INFO", "Creating socket", /INFO Creating socket unix:\/\/.*\/f\.sock$/m),
  said("INFO", "Closing socket", /INFO Closing socket unix:\/\/.*\/f\.sock$/m),
  said("DEBG", "killing with signal", /DEBG killing stays \(pid \d+\) with signal SIGTERM$/m),
  said("DEBG", "killing process group", /DEBG killing whole \(pid \d+\) process group with signal SIGTERM$/m),
  said("DEBG", "sending sig", /DEBG sending stays \(pid \d+\) sig SIGWINCH$/m),
  said("DEBG", "Attempted to kill in BACKOFF", /DEBG Attempted to kill retries, which is in BACKOFF state\.$/m),
  {
    level: "DEBG",
    text: "attempted to kill but it wasn't running",
    unreachable: "clients are told NOT_RUNNING before",
  },
  {
    level: "DEBG",
    text: "attempted to send but it wasn't running",
    unreachable: "clients are told NOT_RUNNING before",
  },
  {
    level: "DEBG",
    text: "unable to signal, probably just exited",
    elsewhere: ["../machine/matrix-lines.ts", "it probably just exited on its own: ESRCH"],
  },
  { level: "DEBG", text: "received SIGCHLD", differs: NOISE },
  said("DEBG", "output", /DEBG 'speaks' stdout output:\nhello$/m),
  { level: "DEBG", text: "fd closed, stopped monitoring", differs: NOISE },
  { level: "DEBG", text: "emitted a comm event", differs: NOISE },
  said("DEBG", "OLD -> NEW", /DEBG good: ACKNOWLEDGED -> READY$/m),
  said("DEBG", "event was processed", /DEBG good: event was processed$/m),
  said("DEBG", "event sent to listener", /DEBG event \d+ sent to listener good$/m),
  { level: "DEBG", text: "epipe occurred while sending", differs: "it waits" },
  said("DEBG", "rebuffering event", /DEBG rebuffering event \d+ for pool refuser \(buf size=\d+, max=10\)$/m),
  { level: "TRAC", text: "access lines, Medusa, XML-RPC tracing", differs: NOISE },
  { level: "BLAT", text: "forks, states, descriptors, polls", differs: NOISE },
];
