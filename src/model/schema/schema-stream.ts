import { STREAM_APPLY } from "../plan/apply.ts";
import { bytes, count, flag, option, text } from "./schema-option.ts";

/** The options of one output stream, under their names without `stdout` or `stderr`. */
export const stream = (name: "stdout" | "stderr") => {
  return {
    Logfile: option(text, {
      about: `Where ${name} goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).`,
      ts: `LogFile`,
      fallback: '"AUTO"',
      sample: '"/var/log/%(program_name)s.log"',
      apply: STREAM_APPLY.logfile,
    }),
    LogfileMaxbytes: option(bytes, {
      about: `Size at which the ${name} log is rotated, in bytes; 0 never rotates.`,
      ts: "Bytes",
      fallback: '"50MB"',
      apply: STREAM_APPLY.maxbytes,
    }),
    LogfileBackups: option(count, {
      about: `How many rotated ${name} logs are kept; 0 empties the log instead of rotating it.`,
      ts: "number",
      fallback: "10",
      apply: STREAM_APPLY.backups,
    }),
    CaptureMaxbytes: option(bytes, {
      about: `Bytes of ${name} kept between the capture tokens for a PROCESS_COMMUNICATION event; 0 turns capture off.`,
      ts: "Bytes",
      fallback: "0",
      apply: STREAM_APPLY.captureMaxbytes,
    }),
    EventsEnabled: option(flag, {
      about: `Whether each piece of ${name} is also sent as a PROCESS_LOG event.`,
      ts: "boolean",
      fallback: "false",
      apply: STREAM_APPLY.eventsEnabled,
    }),
    Syslog: option(flag, {
      about: `Whether ${name} is also sent to syslog.`,
      ts: "boolean",
      fallback: "false",
      apply: STREAM_APPLY.syslog,
    }),
  };
};
