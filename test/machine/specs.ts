import type { GroupSpec, ProcessSpec, StreamSpec } from "../../src/model/model.ts";

const stream: StreamSpec = {
  logfile: { kind: "none" },
  maxbytes: 0,
  backups: 0,
  captureMaxbytes: 0,
  eventsEnabled: false,
  syslog: false,
};

/** A process of its own program, with Supervisor's defaults. */
export function processSpec(name: string, changes: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name,
    group: name,
    program: name,
    command: "/bin/true",
    directory: null,
    uid: null,
    umask: null,
    priority: 999,
    autostart: true,
    autorestart: "unexpected",
    startsecs: 1,
    startretries: 3,
    backoffMax: null,
    watch: null,
    exitcodes: [0],
    stopsignal: 15,
    stopwaitsecs: 10,
    stopasgroup: false,
    killasgroup: false,
    redirectStderr: false,
    environment: {},
    serverurl: null,
    essential: false,
    stdout: stream,
    stderr: stream,
    dependsOn: [],
    ready: null,
    ...changes,
  };
}

export function groupSpec(name: string, priority: number, processes: readonly ProcessSpec[]): GroupSpec {
  return { name, kind: "group", priority, processes, listener: null, fcgi: null };
}

/** `dependsOn` of programs that must be ready. */
export function needs(...programs: readonly string[]): Pick<ProcessSpec, "dependsOn"> {
  return { dependsOn: programs.map((program) => ({ program, condition: "ready" as const })) };
}
