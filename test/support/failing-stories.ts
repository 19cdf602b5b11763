import { readFileSync } from "node:fs";
import { join } from "node:path";
import { call, listenerCommand, untilNoted } from "./event-records.ts";
import { FailingCalls, type FailingCall } from "./failing-calls.ts";
import { programs } from "./project.ts";
import { sendSignal } from "./send-signal.ts";
import { eventually, lives, type Side } from "./supervisord-pair.ts";

// Stories for test/e2e/message-catalogue.test.ts in which the kernel refuses what it hardly ever refuses, and in which Supervisor
// stumbles. Each returns what the daemon has logged.

const ROUND =
  "[program:x]\ncommand=sleep 1000\nstopwaitsecs=1\n[program:group]\ncommand=sleep 1000\nstopwaitsecs=1\nstopasgroup=true\n";
const NEVER =
  "[program:y]\ncommand=sleep 1000\nautostart=false\nstdout_logfile=@/y.log\nstderr_logfile=NONE\nstartretries=1000\n";

/** Why a process cannot be made, and how that is said. */
export const NOT_SPAWNED: readonly (readonly [FailingCall, Parameters<FailingCalls["fail"]>[1], string])[] = [
  ["fork", "EAGAIN", "Too many processes in process table to spawn 'y'"],
  ["fork", "ENOMEM", "unknown error during fork for 'y': ENOMEM"],
  ["fork", "EMFILE", "unknown error during fork for 'y': EMFILE"],
  ["open", "EMFILE", "too many open files to spawn 'y'"],
  ["open", "ENFILE", "unknown error making dispatchers for 'y': ENFILE"],
  ["open", "EIO", "unknown error making dispatchers for 'y': EIO"],
  ["open", "EACCES", "unknown error making dispatchers for 'y': EACCES"],
];

/** No answer counts here: what is logged does. */
const tried = (side: Side, ...words: readonly [string, ...string[]]): Promise<string> =>
  call(side, ...words).catch(() => "");

/** Signals that reach nobody, and processes that cannot be made. */
export async function failing(side: Side): Promise<string[]> {
  const calls = new FailingCalls(side);
  side.configure(ROUND + NEVER, "loglevel=debug");
  await side.start([], { env: calls.environment });
  for (const name of ["x", "group"]) await side.until(`success: ${name} entered RUNNING`);

  calls.fail("kill", "ESRCH");
  await call(side, "signalProcess", "x", "HUP");
  await side.until("it probably just now exited on its own");
  const stops = ["x", "group"].map((name) => call(side, "stopProcess", name));
  for (const name of ["x", "group"]) await side.until(new RegExp(`unable to signal ${name} .* probably just exited`));
  calls.heal("kill");
  await Promise.all(stops);

  for (const [what, errno, text] of NOT_SPAWNED) {
    calls.fail(what, errno, what === "open" ? "y.log" : "");
    await tried(side, "startProcess", "y");
    await side.until(`spawnerr: ${text}`);
    calls.heal(what);
    await tried(side, "stopProcess", "y");
  }
  await side.stop();
  return side.lines();
}

const STUMBLES = `
[program:late]
command=sleep 1000
[program:first]
command=sleep 1000
autorestart=false
[program:second]
command=sleep 1000
autorestart=false
[program:rotates]
command=${join(programs, "puppet.sh")}
stdout_logfile=/dev/fd/1
[program:nul]
command=sleep 1000
autostart=false
stdout_logfile=@/nul.log
[eventlistener:handled]
command=${listenerCommand("@/handled.rec")}
events=REMOTE_COMMUNICATION
`;

/** What Supervisor stumbles over later, ours refuses when the config is read: part of a listener's section, and of a program's. */
export const OWN_HANDLER = "result_handler=own_handler:stumble";
export const NUL_LOG = "stdout_logfile=@/nul\0.log";

/** Where Supervisor's own code fails, and what ours does there. */
export async function stumbling(side: Side): Promise<string[]> {
  const calls = new FailingCalls(side);
  side.write("own_handler.py", "def stumble(event, response):\n    raise KeyError(response)\n");
  const text = side.isOurs ? STUMBLES : STUMBLES.replace("stdout_logfile=@/nul.log", NUL_LOG) + OWN_HANDLER;
  side.configure(text, "loglevel=debug");
  // Pipes of a shell's: those of Node are sockets, which cannot be opened as /dev/fd/1. And a child from before.
  const wrapper = ["bash", "-c", 'sleep 2 & echo $! > orphan; exec "$@" > >(cat) 2> >(cat >&2)', "bash"];
  const daemon = side.foreground([], { wrapper, env: { ...calls.environment, PYTHONPATH: side.folder } });
  for (const name of ["late", "first", "second", "rotates", "handled"]) {
    await side.until(`success: ${name} entered RUNNING`);
  }
  await side.until("handled: ACKNOWLEDGED -> READY");
  const pidOf = (name: string): number => Number(side.ctl("pid", name));
  const [late, first, second] = [pidOf("late"), pidOf("first"), pidOf("second")];
  await eventually(() => !lives(Number(side.read("orphan"))));
  const said = (theirs: string, ours: string): Promise<void> => side.until(side.isOurs ? ours : theirs);
  if (!side.isOurs) await side.until("reaped unknown pid");

  await call(side, "sendProcessStdin", "rotates", "echo 'a line for the console'\n");
  await eventually(() => daemon.said.stdout.includes("a line for the console\n"));
  await said("uncaptured python exception", "'rotates' stdout output");

  await call(side, "sendRemoteCommEvent", "kind", "");
  await untilNoted(side, "handled.rec", /type:kind/);
  await said("handled: event caused an error", "handled: event was processed");

  calls.shiftClock(-1000);
  sendSignal(late, "SIGKILL");
  await side.until("exited: late");
  calls.shiftClock(0);

  calls.fail("wait", "EINVAL");
  sendSignal(first, "SIGKILL");
  if (side.isOurs) await eventually(() => !lives(first));
  else await side.until("waitpid error 22");
  calls.heal("wait");
  sendSignal(second, "SIGKILL");
  for (const name of ["first", "second"]) await side.until(`exited: ${name}`);

  await tried(side, "startProcess", "nul");
  await tried(side, "stopProcess", "nul");
  await tried(side, "signalProcess", "nul", "HUP");
  const lines = side.lines();
  await endOf(side);
  await daemon.ended;
  return lines;
}

/** Supervisor waits for ever for the process without a pid. */
async function endOf(side: Side): Promise<void> {
  const { pid } = side;
  if (side.isOurs) return side.stop();
  for (const name of ["late", "rotates", "handled"]) side.ctl("stop", name);
  if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(side.config)) throw new Error(`${pid} is somebody else`);
  sendSignal(pid, "SIGKILL");
  await eventually(() => !lives(pid));
}
