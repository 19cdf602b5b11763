/**
 * The name under which Supervisor prints a signal number of Linux, or `null` for one without a name (the real-time signals
 * between SIGRTMIN and SIGRTMAX). Where one number has several names, this is the one that Python picks.
 */
export function signalName(number: number): string | null {
  return NAMES.get(number) ?? null;
}

/** How Supervisor prints any signal number: `signal 40` if it has no name. */
export function signalText(number: number): string {
  return signalName(number) ?? `signal ${number}`;
}

/** The number of a signal on Linux by the name that Supervisor prints; `null` if there is none of that name. */
export function signalNumber(name: string): number | null {
  return NUMBERS.get(name) ?? null;
}

/**
 * Supervisor's spelling of a signal that the operating system or Node named: Node says SIGIO where Supervisor says
 * SIGPOLL. Unnamed signals (`SIG40`, `40`, `signal 40`, `SIGRTMIN+6`) come back as their number.
 */
export function canonicalSignal(name: string): string | number {
  if (NUMBERS.has(name)) return name;
  const realTime = /^SIGRTM(IN|AX)([+-]\d+)$/.exec(name);
  const numeric = realTime
    ? (realTime[1] === "IN" ? 34 : 64) + Number(realTime[2])
    : Number(/^(?:SIG|signal )?(\d+)$/.exec(name)?.[1]);
  if (Number.isInteger(numeric)) return signalName(numeric) ?? numeric;
  return ALIASES.get(name) ?? name;
}

const ALIASES = new Map([
  ["SIGIO", "SIGPOLL"],
  ["SIGIOT", "SIGABRT"],
  ["SIGCLD", "SIGCHLD"],
  ["SIGUNUSED", "SIGSYS"],
]);

const ORDERED =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU " +
  "XFSZ VTALRM PROF WINCH POLL PWR SYS";
const NAMES = new Map([
  ...ORDERED.split(" ").map((name, index): [number, string] => [index + 1, `SIG${name}`]),
  [34, "SIGRTMIN"],
  [64, "SIGRTMAX"],
]);
const NUMBERS = new Map([...NAMES].map(([number, name]) => [name, number]));
