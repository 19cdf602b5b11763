/** Seconds of a duration: a number, or a number with a unit such as `"500ms"`, `"10s"`, `"2m"`, `"1h"`; `null` if it is neither. */
export function parseDuration(value: number | string): number | null {
  if (typeof value === "number") return value;
  const [, number, unit] = DURATION.exec(value) ?? [];
  if (number === undefined || unit === undefined) return null;
  return (Number(number) * (MILLISECONDS[unit] ?? 0)) / 1000;
}

/** Bytes of a size: a number, or a whole number with `KB`, `MB` or `GB` (1024-based, any case); `null` if it is neither. */
export function parseBytes(value: number | string): number | null {
  if (typeof value === "number") return value;
  const [, number, unit = ""] = BYTES.exec(value) ?? [];
  return number === undefined ? null : Number(number) * (FACTORS[unit.toUpperCase()] ?? 1);
}

/** Permission bits: a number as it is (`0o22`), text read in base 8 (`"022"`, `"0o22"`); `null` if it is neither. */
export function parseMode(value: number | string): number | null {
  if (typeof value === "number") return value;
  return MODE.test(value) ? Number.parseInt(value.replace(/^0o/i, ""), 8) : null;
}

/** Number of a signal given by name (with or without `SIG`, any case) or by number; `null` if there is no such signal. */
export function parseSignal(value: number | string): number | null {
  const number = typeof value === "number" ? value : /^\d+$/.test(value.trim()) ? Number(value) : null;
  if (number !== null) return Object.values(SIGNALS).includes(number) ? number : null;
  return SIGNALS[String(value).trim().toUpperCase().replace(/^SIG/, "")] ?? null;
}

/** Names that `parseSignal` knows, without SIG. */
export function signalNames(): readonly string[] {
  return Object.keys(SIGNALS);
}

/** Numbers that `parseSignal` takes, in order. */
export function signalNumbers(): readonly number[] {
  return [...new Set(Object.values(SIGNALS))].toSorted((a, b) => a - b);
}

export const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
export const BYTES = /^(\d+)(?: ?([KkMmGg][Bb]))?$/;
export const MODE = /^(?:0[oO])?[0-7]{1,6}$/;

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const FACTORS: Readonly<Record<string, number>> = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

// Linux numbers. They differ on macOS above 15 (USR1 is 30 there); this folder may not ask which system it is on.
const SIGNALS: Readonly<Record<string, number>> = Object.fromEntries([
  ..."HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU"
    .concat(" URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS")
    .split(" ")
    .map((name, index): [string, number] => [name, index + 1]),
  ["IOT", 6],
  ["CLD", 17],
  ["POLL", 29],
  ["RTMIN", 34],
  ["RTMAX", 64],
]);
