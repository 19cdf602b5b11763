import { readdirSync, statSync } from "node:fs";
import type { Gauge } from "prom-client";
import type { ProcessReport, StatusReport } from "../../protocol/api.ts";
import { PROCESS_STATES } from "../../model/states.ts";
import { EXIT_KINDS, type ExitCounts } from "./exit-counts.ts";
import type { Usage } from "../../usage/usage-meter.ts";
import { processKey } from "../../model/model.ts";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every process of the config is in every family that applies to it, running or not: a series that vanishes alerts nobody. */
export async function metricsText(
  report: StatusReport,
  usage: ReadonlyMap<number, Usage>,
  exits: Pick<ExitCounts, "get" | "codes">,
  accept: string,
): Promise<{ readonly text: string; readonly type: string }> {
  // Loaded here, not on top: a daemon that nobody scrapes needs none of it.
  const { Counter, Gauge, Registry } = await import("prom-client");
  const open = accept.includes("application/openmetrics-text");
  const contentType = open ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
  const registry = new Registry();
  registry.setContentType(contentType as typeof Registry.PROMETHEUS_CONTENT_TYPE);
  const family = (type: "gauge" | "counter", name: string, help: string, samples: readonly Sample[]): void => {
    const labelNames = Object.keys(samples[0]?.labels ?? {});
    const registers = [registry];
    if (type === "gauge") {
      const gauge: Gauge = new Gauge({ name, help, labelNames, registers });
      for (const { labels, value } of samples) gauge.set(labels, value);
    } else {
      const counter = new Counter({ name: `${name}_total`, help, labelNames, registers });
      for (const { labels, value } of samples) counter.inc(labels, value);
    }
  };
  const each = (value: (process: ProcessReport, used: Usage | undefined) => number | null): Sample[] =>
    report.processes.flatMap((process) => {
      const number = value(process, usage.get(process.pid));
      return number === null ? [] : [{ labels: labelsOf(process), value: number }];
    });
  const one = (value: number, labels: Readonly<Record<string, string>> = {}): Sample[] => [{ labels, value }];

  family("gauge", "sup_up", "The supervisor answers.", one(1));
  family("gauge", "sup_build_info", "Version of sup, as a label.", one(1, { version: report.version }));
  family(
    "gauge",
    "sup_start_time_seconds",
    "When the daemon was started, since the epoch.",
    one(report.startedAt / 1000),
  );
  family(
    "counter",
    "sup_supervisor_restarts",
    "Times the supervisor process died and was started again.",
    one(report.supervisorRestarts),
  );
  family("gauge", "sup_config_generation", "Counts the configs that came into force.", one(report.config.generation));
  family(
    "gauge",
    "sup_config_stale",
    "1 if the config on disk could not be loaded and an older one is in force.",
    one(report.config.stale === null ? 0 : 1),
  );
  family(
    "gauge",
    "sup_config_stale_seconds",
    "For how long the config on disk could not be loaded.",
    one(report.config.stale === null ? 0 : Math.max(0, (report.now - report.config.stale.since) / 1000)),
  );
  family(
    "gauge",
    "sup_config_needs_restart",
    "Changed settings that wait for a restart of the daemon.",
    one(report.config.needsRestart.length),
  );

  const states = report.processes.flatMap((process) =>
    Object.keys(PROCESS_STATES).map((state) => ({
      labels: { ...labelsOf(process), state: state.toLowerCase() },
      value: process.state === state ? 1 : 0,
    })),
  );
  family("gauge", "sup_process_state", "1 for the state that a process is in, 0 for the others.", states);
  family(
    "gauge",
    "sup_process_up",
    "1 if a process is RUNNING.",
    each((one) => (one.state === "RUNNING" ? 1 : 0)),
  );
  family(
    "gauge",
    "sup_process_ready",
    "1 if a process is RUNNING and its readiness check has passed.",
    each((one) => (one.ready ? 1 : 0)),
  );
  family(
    "counter",
    "sup_process_restarts",
    "Starts that nobody asked for.",
    each((one) => one.restarts),
  );
  const ends = report.processes.flatMap((process) =>
    EXIT_KINDS.map((kind) => ({ labels: { ...labelsOf(process), kind }, value: exits.get(processKey(process))[kind] })),
  );
  family("counter", "sup_process_exits", "How runs ended, since the supervisor process began.", ends);
  const codes = report.processes.flatMap((process) =>
    Object.entries({ "0": 0, ...exits.codes(processKey(process)) }).map(([code, value]) => ({
      labels: { ...labelsOf(process), code },
      value,
    })),
  );
  family(
    "counter",
    "sup_process_exit_codes",
    "With which exit code or signal runs ended, since the supervisor process began.",
    codes,
  );
  family(
    "gauge",
    "sup_process_start_time_seconds",
    "Last start, since the epoch; 0 for never.",
    each((one) => one.start),
  );
  family(
    "gauge",
    "sup_process_uptime_seconds",
    "For how long a process has been running; 0 if it does not.",
    each((one) => (one.pid === 0 ? 0 : Math.max(0, Math.floor(report.now / 1000) - one.start))),
  );
  family(
    "gauge",
    "sup_process_last_exit_time_seconds",
    "Last end, since the epoch; 0 for never.",
    each((one) => one.stop),
  );
  family(
    "gauge",
    "sup_process_last_exit_code",
    "Last exit code; -1 if ended by a signal. Absent if unknown or never.",
    each((one) => one.exitstatus),
  );
  family(
    "counter",
    "sup_process_cpu_seconds",
    "Processor time of the processes in the tree and of the children they waited for; begins anew with each start.",
    each((one, used) => (one.pid === 0 ? 0 : (used?.cpuSeconds ?? null))),
  );
  family(
    "gauge",
    "sup_process_resident_memory_bytes",
    "Resident memory of the tree; shared pages count for each process.",
    each((one, used) => (one.pid === 0 ? 0 : (used?.memory ?? null))),
  );
  family(
    "gauge",
    "sup_process_tree_size",
    "Processes in the tree.",
    each((one, used) => (one.pid === 0 ? 0 : (used?.processes ?? null))),
  );
  family(
    "gauge",
    "sup_process_open_fds",
    "Open file descriptors of the tree.",
    each((one, used) => (one.pid === 0 ? 0 : openFds(used))),
  );
  const logs = report.processes.flatMap((process) =>
    (["stdout", "stderr"] as const).flatMap((stream) => {
      const size = fileSize(stream === "stdout" ? process.stdoutLogfile : process.stderrLogfile);
      return size === null ? [] : [{ labels: { ...labelsOf(process), stream }, value: size }];
    }),
  );
  family("gauge", "sup_process_log_bytes", "Size of a log file, rotated backups left out.", logs);
  family(
    "counter",
    "sup_process_log_dropped_bytes",
    "Output that was lost because its log could not be written.",
    each((one) => one.dropped),
  );
  const text = await registry.metrics();
  // A comment in the older format; here as there it tells a whole answer from one that was cut.
  return { text: text.endsWith("# EOF\n") ? text : `${text.trimEnd()}\n# EOF\n`, type: contentType };
}

function labelsOf(process: ProcessReport): Readonly<Record<string, string>> {
  return { group: process.group, name: process.name, program: process.program };
}

/** `null` if none could be counted: another user's processes show theirs to root alone. */
function openFds(used: Usage | undefined): number | null {
  let count: number | null = null;
  for (const pid of used?.pids ?? []) {
    try {
      count = (count ?? 0) + readdirSync(`/proc/${pid}/fd`).length;
    } catch {
      // It ended, or is none of our business.
    }
  }
  return count;
}

function fileSize(path: string): number | null {
  if (path === "") return null;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : null;
}
