/**
 * Output that goes elsewhere than to a log file: to syslog, line by line (`stdout_syslog`), and at level debug into the
 * daemon's own log, chunk by chunk. What is captured is for listeners: syslog does not get it.
 *
 * It is taken from what the keeper tells live, so the few lines that a program prints while no supervisor runs (it died and is
 * being started again) are missing here, though not in the log file.
 */
import type { DaemonLog, LogSink } from "../logs/daemon-log.ts";
import { isLogged } from "../logs/log-line.ts";
import type { LogLevel } from "../model/model.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import { bytesRepr, textOrRepr } from "../model/text/python-bytes.ts";
import type { StreamName } from "../protocol/keeper.ts";
import { CaptureScanner } from "../protocol/capture-scanner.ts";
import { AnsiStripper, stripAnsi } from "../protocol/strip-ansi.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { OutputItem } from "../supervisor/output-hub.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { SyslogLines } from "./syslog-lines.ts";

export interface TapOptions {
  readonly supervisor: Supervisor;
  readonly log: DaemonLog;
  readonly level: LogLevel;
  readonly stripAnsi: boolean;
  /** Opened when the first program wants it. */
  readonly openSyslog: () => LogSink;
}

/** Taps all programs that want it, now and later. Returns how to stop. */
export function tapOutput(options: TapOptions): () => void {
  const { supervisor } = options;
  const taps = new Map<string, Tap>();
  let syslog: LogSink | null = null;
  const debug = isLogged("debug", options.level);

  const look = (process: ManagedProcess): void => {
    for (const stream of ["stdout", "stderr"] as const) {
      const wanted = isWanted(process, stream, debug) && !process.retired;
      if (!wanted && taps.size === 0) continue;
      const id = `${stream} ${process.key}`;
      const present = taps.get(id);
      if (present !== undefined && (!wanted || present.process !== process)) {
        present.close();
        taps.delete(id);
      }
      if (!wanted || taps.has(id)) continue;
      const line = process.spec[stream].syslog && !isProtocol(supervisor, process, stream);
      if (line) syslog ??= options.openSyslog();
      taps.set(id, openTap(process, stream, options, line ? syslog : null, debug));
    }
  };
  const unsubscribe = supervisor.bus.subscribe((event) => {
    if ("group" in event) {
      for (const process of event.group.processes.values()) look(process);
      return;
    }
    if (!("process" in event)) return;
    look(event.process);
    if (event.type === "state" && event.process.pid === 0) {
      // Its last line may lack the newline.
      for (const tap of taps.values()) if (tap.process === event.process) tap.flush();
    }
  });
  return () => {
    unsubscribe();
    for (const tap of taps.values()) tap.close();
    taps.clear();
  };
}

function isWanted(process: ManagedProcess, stream: StreamName, debug: boolean): boolean {
  const { spec } = process;
  if (stream === "stderr" && spec.redirectStderr) return false;
  return debug || spec[stream].syslog;
}

interface Tap {
  readonly process: ManagedProcess;
  flush(): void;
  close(): void;
}

function openTap(
  process: ManagedProcess,
  stream: StreamName,
  options: TapOptions,
  syslog: LogSink | null,
  debug: boolean,
): Tap {
  const { supervisor, log } = options;
  const { name } = process.spec;
  const stripper = options.stripAnsi ? new AnsiStripper() : null;
  const lines = syslog === null ? null : new SyslogLines((line) => syslog.write(`${name} ${line}`));
  const protocol = isProtocol(supervisor, process, stream);
  const { captureMaxbytes } = process.spec[stream];
  const newScanner = () => (protocol || captureMaxbytes === 0 ? null : new CaptureScanner(captureMaxbytes));
  let scanner = newScanner();
  const show = (data: Uint8Array): void => {
    if (!debug || data.length === 0) return;
    log("debug", `${pythonRepr(name)} ${stream} output:\n${protocol ? bytesRepr(data) : textOrRepr(data)}`);
  };
  const takeText = (bytes: Uint8Array): void => {
    const data = stripper === null ? bytes : stripper.push(bytes);
    lines?.push(data);
    show(data);
  };
  const flush = (): void => {
    for (const { bytes } of scanner?.end() ?? []) takeText(bytes);
    lines?.flush();
  };
  const take = (item: OutputItem): void => {
    if (item.type === "gap") {
      log("warn", `${item.bytes} bytes of the ${stream} of ${name} came too fast to be shown; its log file has them`);
      // They may have had a token in them.
      scanner = newScanner();
      return;
    }
    if (scanner === null) return takeText(item.data);
    for (const { kind, bytes } of scanner.push(item.data)) {
      if (kind === "text") takeText(bytes);
      else show(options.stripAnsi ? stripAnsi(bytes) : bytes);
    }
  };
  const unfollow = supervisor.output.follow(process.key, stream, take);
  return {
    process,
    flush,
    close: () => {
      flush();
      unfollow();
    },
  };
}

/** What a listener says on stdout is protocol, not text: Supervisor shows it as bytes, captures nothing, and tells syslog nothing. */
function isProtocol(supervisor: Supervisor, process: ManagedProcess, stream: StreamName): boolean {
  return stream === "stdout" && supervisor.groups.get(process.spec.group)?.spec.kind === "eventlistener";
}
