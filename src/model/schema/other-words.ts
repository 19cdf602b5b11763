/**
 * What an option is called here that is called so elsewhere, in Compose files, PM2, process-compose, systemd or Kubernetes: words that
 * have too few letters in common with ours to be taken for misspelt.
 *
 * @param known the options that there are in this place; `null` if none of them is meant.
 */
export function otherWord(key: string, known: readonly string[]): string | null {
  const meant = OPTIONS.get(plain(key)) ?? [];
  return meant.find((option) => known.includes(option)) ?? null;
}

/** What stands in for an option of a program that there is elsewhere and not here; `null` if it is none of these. */
export function otherWay(key: string): string | null {
  return WAYS.get(plain(key)) ?? null;
}

/** The value of a closed set that is meant, as it would be written in TypeScript; `null` if there is none of this name. */
export function otherValue(option: string, value: unknown): string | null {
  if (typeof value !== "string") return null;
  return VALUES[option]?.[plain(value)] ?? FLAGS[plain(value)] ?? null;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z]/g, "");
}

/** By what is meant: in programs, at the top, in a check. One word may mean several things, each in its place. */
const OPTIONS = invert({
  command: "cmd script run exec entrypoint args arguments shell interpreter interpreterargs nodeargs",
  directory: "cwd workdir workingdir workingdirectory chdir dir",
  environment: "env envs vars variables envproduction envdevelopment",
  envFile: "dotenv envfiles environmentfile",
  autorestart: "restart restartpolicy restarts",
  autostart: "enabled",
  numprocs: "replicas instances scale copies processes",
  health: "healthcheck healthchecks probe probes readiness readinessprobe livenessprobe waitready listentimeout",
  ready: "readiness readinessprobe test check",
  dependsOn: "dependencies deps needs requires after waitfor waiton",
  stopwaitsecs: "stopgraceperiod killtimeout stoptimeout timeoutstopsec shutdowntimeout graceperiod",
  stopsignal: "killsignal signal shutdownsignal",
  stdoutLogfile: "stdout out outfile log logs logfile loglocation output",
  stderrLogfile: "stderr err errorfile errfile",
  startretries: "maxrestarts retries maxretries",
  startsecs: "minuptime",
  stopasgroup: "treekill",
  watch: "watchpaths files ignorewatch",
  user: "uid runas",
  programs: "services processes apps tasks jobs commands",
  http: "url uri httpget",
  tcp: "port tcpsocket",
  exec: "command cmd test",
  log: "line logline readylogline pattern",
  interval: "period periodseconds every",
});

const LISTENER = "a listener of TICK_60 can do that: see docs/coming-from.md";
const WAYS: ReadonlyMap<string, string> = new Map([
  ...["cron", "cronrestart", "cronpattern", "schedule"].map((word) => [word, LISTENER] as const),
  ...["maxmemoryrestart", "maxmemory", "memorylimit"].map((word) => [word, LISTENER] as const),
  ["execmode", "fcgiPrograms share a socket between copies: see docs/coming-from.md"],
]);

const CONDITIONS = {
  healthy: '"ready"',
  servicehealthy: '"ready"',
  processhealthy: '"ready"',
  processlogready: '"ready"',
  running: '"started"',
  servicestarted: '"started"',
  processstarted: '"started"',
  servicecompletedsuccessfully: '"completed"',
  processcompletedsuccessfully: '"completed"',
  processcompleted: '"completed"',
  success: '"completed"',
  exited: '"completed"',
} as const;

/** By option. `dependsOn` stands for each of the conditions in it. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  autorestart: { always: "true", unlessstopped: "true", onfailure: '"unexpected"', never: "false" },
  dependsOn: CONDITIONS,
  loglevel: { warning: '"warn"', fatal: '"critical"', verbose: '"blather"', notice: '"info"' },
  startretries: { infinite: '"endless"', infinity: '"endless"', unlimited: '"endless"', forever: '"endless"' },
};

/** For options that are true or false; others have no such words. */
const FLAGS: Readonly<Record<string, string>> = {
  yes: "true",
  on: "true",
  true: "true",
  no: "false",
  off: "false",
  false: "false",
};

function invert(words: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [option, others] of Object.entries(words))
    for (const other of others.split(" ")) found.set(other, [...(found.get(other) ?? []), option]);
  return found;
}
