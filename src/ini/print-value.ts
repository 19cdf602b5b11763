import type { SectionKind } from "./key-table.ts";
import { optionName } from "./key-table.ts";

/** A value as TypeScript source. Objects are broken over lines at `indent`; everything else stays on one. */
export function printValue(value: unknown, indent = ""): string {
  if (value instanceof Code) return value.source;
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map((item) => printValue(item, indent)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const lines = Object.entries(value).map(
    ([key, item]) => `${indent}  ${printKey(key)}: ${printValue(item, `${indent}  `)},`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}

/** An expression that is printed as it is. */
export class Code {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

export function printKey(key: string): string {
  // As a plain key it would set the prototype instead of a property.
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : doubleQuoted(key);
}

/** A literal in the quotes that need the fewest backslashes, as formatters choose them: shell commands are full of both kinds. */
export function quote(text: string): string {
  if (!text.includes('"')) return doubleQuoted(text);
  const inner = doubleQuoted(text).slice(1, -1).replaceAll('\\"', '"');
  if (!text.includes("'")) return `'${inner}'`;
  return `\`${inner.replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;
}

/** A double-quoted literal. U+2028 and U+2029 are escaped too: editors and old parsers take them for line ends. */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A line comment from the text of an ini comment; its `;` or `#` is dropped. */
export function printComment(text: string): string {
  const body = text.replace(/^[;#]+/, "").replace(/[\u2028\u2029\r\n]/g, " ");
  return `//${body === "" || /^\s/.test(body) ? "" : " "}${body}`.trimEnd();
}

/** Bytes as people write them: `52428800` is "50MB". */
export function printBytes(bytes: number): Code {
  for (const [unit, size] of [
    ["GB", 1024 ** 3],
    ["MB", 1024 ** 2],
    ["KB", 1024],
  ] as const) {
    if (bytes > 0 && bytes % size === 0) return new Code(quote(`${bytes / size}${unit}`));
  }
  return new Code(String(bytes));
}

export function printOctal(mode: number): Code {
  return new Code(`0o${mode.toString(8).padStart(3, "0")}`);
}

/** Whether a value is what leaving the option out would mean. */
export function isDefault(key: string, value: unknown, kind: SectionKind): boolean {
  // The group of a listener and its processes have defaults of their own.
  if (kind === "eventlistener" && key === "priority") return false;
  const defaults = kind === "supervisord" ? DAEMON_DEFAULTS : DEFAULTS;
  const option = optionName(key);
  return option in defaults && JSON.stringify(defaults[option]) === JSON.stringify(value);
}

const DAEMON_DEFAULTS: Readonly<Record<string, unknown>> = {
  minfds: 1024,
  minprocs: 200,
  umask: 0o22,
  logfileMaxbytes: 52428800,
  logfileBackups: 10,
  loglevel: "info",
  identifier: "supervisor",
  nodaemon: false,
  silent: false,
  nocleanup: false,
  stripAnsi: false,
};

const DEFAULTS: Readonly<Record<string, unknown>> = {
  chmod: 0o700,
  socketMode: 0o700,
  priority: 999,
  autostart: true,
  autorestart: "unexpected",
  startsecs: 1,
  startretries: 3,
  stopsignal: 15,
  stopwaitsecs: 10,
  stopasgroup: false,
  exitcodes: [0],
  redirectStderr: false,
  numprocs: 1,
  numprocsStart: 0,
  processName: "%(program_name)s",
  stdoutLogfile: "AUTO",
  stderrLogfile: "AUTO",
  stdoutLogfileMaxbytes: 52428800,
  stderrLogfileMaxbytes: 52428800,
  stdoutLogfileBackups: 10,
  stderrLogfileBackups: 10,
  stdoutCaptureMaxbytes: 0,
  stderrCaptureMaxbytes: 0,
  stdoutEventsEnabled: false,
  stderrEventsEnabled: false,
  stdoutSyslog: false,
  stderrSyslog: false,
  bufferSize: 10,
};
