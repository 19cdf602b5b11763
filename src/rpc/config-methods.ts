import { STOPPED_STATES } from "../model/states.ts";
import type { GroupSpec, Model, ProcessSpec } from "../model/model.ts";
import { supervisorDiff } from "../model/plan/supervisor-diff.ts";
import { byCodePoint } from "../model/text/by-code-point.ts";
import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import type { ConfigInfo } from "../protocol/process-info.ts";
import type { StreamName } from "../protocol/keeper.ts";
import { logPath } from "../supervisor/launch.ts";
import { findGroup } from "./find-target.ts";
import { rereadFault } from "./reread-fault.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names =
  | "supervisor.getAllConfigInfo"
  | "supervisor.reloadConfig"
  | "supervisor.addProcessGroup"
  | "supervisor.removeProcessGroup";

/**
 * The calls about the config. They work on whole groups, coarser than a plan does, because that is what `supervisorctl update`
 * expects: it stops, removes and adds what `reloadConfig` names.
 */
export function configMethods(daemon: RpcDaemon): Pick<RpcMethods, Names> {
  const { supervisor, config } = daemon;
  /** Groups that were added as they were read last: their AUTO files have names again, until the config is read anew. */
  const named = new WeakMap<Model, Set<GroupSpec>>();
  return {
    "supervisor.getAllConfigInfo": () =>
      config.known.groups
        .flatMap((group) => {
          const showsNames = !config.reread || named.get(config.known)?.has(group) === true;
          return group.processes.map((process) => configInfo(daemon, group, process, showsNames));
        })
        .sort((a, b) => byCodePoint(a.name, b.name)),
    "supervisor.reloadConfig": async () => {
      const read = await config.read();
      if (!read.ok) throw rereadFault(read.problems);
      const active = [...supervisor.groups.values()].map((group) => group.spec);
      const { added, changed, removed } = supervisorDiff(active, read.value.groups);
      return [[added, changed, removed]];
    },
    "supervisor.addProcessGroup": (name) => {
      if (supervisor.groups.has(name)) throw new Fault("ALREADY_ADDED", name);
      const spec = config.known.groups.find((group) => group.name === name);
      if (spec === undefined) throw new Fault("BAD_NAME", name);
      supervisor.addGroup(spec, { autostart: true });
      named.set(config.known, new Set(named.get(config.known)).add(spec));
      config.settle();
      return true;
    },
    "supervisor.removeProcessGroup": (name) => {
      const group = findGroup(supervisor, name);
      for (const process of group.processes.values()) {
        if (!STOPPED_STATES.has(process.life.state) || process.pid !== 0) throw new Fault("STILL_RUNNING", name);
      }
      supervisor.removeGroup(name);
      config.settle();
      return true;
    },
  };
}

function configInfo(daemon: RpcDaemon, group: GroupSpec, spec: ProcessSpec, showsNames: boolean): ConfigInfo {
  return {
    autostart: spec.autostart,
    autorestart: spec.autorestart,
    directory: spec.directory ?? "none",
    uid: spec.uid ?? "none",
    command: spec.command,
    exitcodes: spec.exitcodes,
    group: group.name,
    group_prio: group.priority,
    inuse: daemon.supervisor.groups.has(group.name),
    killasgroup: spec.killasgroup,
    name: spec.name,
    process_prio: spec.priority,
    redirect_stderr: spec.redirectStderr,
    // Clients expect a number: the greatest that XML-RPC can carry.
    startretries: spec.startretries === "endless" ? 0x7fff_ffff : spec.startretries,
    startsecs: spec.startsecs,
    stdout_capture_maxbytes: spec.stdout.captureMaxbytes,
    stdout_events_enabled: spec.stdout.eventsEnabled,
    stdout_logfile: logName(daemon, spec, "stdout", showsNames),
    stdout_logfile_backups: spec.stdout.backups,
    stdout_logfile_maxbytes: spec.stdout.maxbytes,
    stdout_syslog: spec.stdout.syslog,
    stopsignal: spec.stopsignal,
    stopwaitsecs: spec.stopwaitsecs,
    stderr_capture_maxbytes: spec.stderr.captureMaxbytes,
    stderr_events_enabled: spec.stderr.eventsEnabled,
    stderr_logfile: logName(daemon, spec, "stderr", showsNames),
    stderr_logfile_backups: spec.stderr.backups,
    stderr_logfile_maxbytes: spec.stderr.maxbytes,
    stderr_syslog: spec.stderr.syslog,
    serverurl: spec.serverurl ?? "none",
  };
}

/** AUTO files are shown by name until the config is read again; from then on nobody knows which would be whose. */
function logName(
  { supervisor, config }: RpcDaemon,
  spec: ProcessSpec,
  stream: StreamName,
  showsNames: boolean,
): string {
  if (stream === "stderr" && spec.redirectStderr) return "none";
  const { logfile } = spec[stream];
  if (logfile.kind === "auto" && !showsNames) return "auto";
  if (logfile.kind === "file" && logfile.path === "") return "";
  const known = config.reread ? null : supervisor.find(spec.group, spec.name);
  return logPath(known?.spec ?? spec, stream, supervisor.context) ?? "none";
}
