import { resolve } from "node:path";
import { runSupervisorctl } from "../ctl/run-supervisorctl.ts";

// Without a listener SIGINT ends the program; actions that take it for themselves come last and are asked first.
const interrupts: (() => void)[] = [];
const onSignal = () => interrupts.at(-1)?.();

function onInterrupt(listener: () => void): () => void {
  if (interrupts.length === 0) process.on("SIGINT", onSignal);
  interrupts.push(listener);
  return () => {
    interrupts.splice(interrupts.indexOf(listener), 1);
    if (interrupts.length === 0) process.off("SIGINT", onSignal);
  };
}

// A reader that goes away (`supervisorctl tail -f web | head`) ends us quietly, as it does any Unix program.
process.stdout.on("error", () => process.exit(1));

const program = resolve(process.argv[1] ?? "supervisorctl");
void runSupervisorctl(process.argv.slice(2), {
  // Opened when they are used: each takes its time.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  get stderr() {
    return process.stderr;
  },
  env: process.env,
  cwd: process.cwd(),
  argv0: process.argv[1] ?? "supervisorctl",
  program,
  onInterrupt,
}).then((status) => {
  // Set, not called: what is still being written to a pipe must come out first.
  process.exitCode = status;
});
