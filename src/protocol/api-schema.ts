/**
 * The JSON API, as schemas: every call, every answer, every item of a stream, each said once.
 *
 * Theory of operation. `scripts/generate.mjs` makes three things of this file: `api.ts` (the types that everybody imports),
 * `api-arguments.ts` (by which a daemon checks what it is sent), and `docs/reference/openapi.json`. Nothing that is run imports it: neither the
 * daemon's supervisor process nor a client has zod in its bundle. Tests hold what a real daemon answers against the document.
 */
import * as z from "zod";

const about = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description });
const named = <T extends z.ZodType>(id: string, schema: T, description: string): T => schema.meta({ id, description });
const count = z.int().nonnegative();
const namespec = about(z.string(), "As clients name it: `web`, or `group:name` where they differ.");

const processState = named(
  "ProcessState",
  z.enum(["STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN"]),
  "Supervisor's eight states.",
);
const streamName = named("StreamName", z.enum(["stdout", "stderr"]), "One of a program's two outputs.");

const configStatus = named(
  "ConfigStatus",
  z.object({
    file: about(z.string(), "Absolute path."),
    generation: about(count, "Counts applied models, from 1."),
    stale: about(
      z
        .object({
          since: about(z.number(), "Wall clock, milliseconds."),
          problems: about(z.string(), "For people, with code frames."),
        })
        .nullable(),
      "Not null: the file on disk could not be loaded; the last good model is in force.",
    ),
    watching: about(z.boolean(), "Edits are applied by themselves."),
    needsRestart: about(
      z.array(z.string()),
      "Keys of the daemon's own sections that changed on disk and need `sup down && sup up`.",
    ),
  }),
  "The config file and how it stands.",
);

const member = named(
  "Member",
  z.object({
    pid: count,
    parent: about(count, "Its parent's pid."),
    command: about(z.string(), "With its arguments, as it shows itself; cut at 300 characters."),
    memory: about(z.number(), "Resident bytes."),
    cpuSeconds: about(z.number(), "Processor time, user and system."),
    age: about(z.number(), "Seconds since its start."),
  }),
  "One process of a program.",
);

const processReport = named(
  "ProcessReport",
  z.object({
    name: z.string(),
    group: z.string(),
    program: about(z.string(), "The name in the config: the same for all copies of `numprocs`."),
    namespec,
    state: processState,
    pid: about(count, "0 when it is not running."),
    start: about(count, "Wall clock seconds of the last spawn; 0 for never."),
    stop: about(count, "Wall clock seconds of the last end; 0 for never."),
    exitstatus: about(
      z.int().nullable(),
      "Last exit code; -1 if killed by a signal; null if it never ended or the code is unknown.",
    ),
    lastExit: about(z.string(), 'How it last ended, in words; "" if never.'),
    spawnerr: about(z.string(), 'Why it could not be started; "" if it could.'),
    description: about(z.string(), "Supervisor's description text."),
    why: about(z.string(), 'One sentence on why it is not running; "" when it is.'),
    heldUpBy: about(
      z.array(z.string()),
      "As `namespec`: what has failed for good and is waited for, directly or not. Until that is started this will not start.",
    ),
    survivors: about(z.array(member), "What lives on of runs whose first process has ended. Nobody looks after it."),
    ready: about(z.boolean(), "RUNNING, and its readiness check has passed if it has one."),
    restarts: about(count, "Starts beyond the first that nobody asked for."),
    stdoutLogfile: about(z.string(), 'Absolute path; "" for none.'),
    stderrLogfile: about(z.string(), 'Absolute path; "" for none.'),
    dropped: about(
      count,
      "Bytes of output lost to a full disk, or to a log that could not be written for another reason.",
    ),
    logTrouble: about(z.string(), 'Why its output cannot be logged now, such as `ENOSPC`; "" when all is well.'),
  }),
  "One process at one moment.",
);

const statusReport = named(
  "StatusReport",
  z.object({
    pid: about(count, "The keeper's pid: the one users see."),
    supervisorPid: count,
    version: z.string(),
    keeperVersion: about(z.string(), 'The keeper\'s, which is older after `sup upgrade`; "" if it does not say.'),
    containment: about(
      z.enum(["cgroup", "session"]),
      "What a stop with `killasgroup` reaches: all of the program's control group, or its session and who holds its life FIFO.",
    ),
    identifier: about(z.string(), "The daemon's name from its config."),
    mood: z.enum(["running", "restarting", "shutdown"]),
    startedAt: about(z.number(), "Wall clock, milliseconds."),
    now: about(z.number(), "Wall clock, milliseconds."),
    config: configStatus,
    supervisorRestarts: about(count, "How often the supervisor process was restarted by the keeper."),
    upgradedFrom: about(
      z.string().nullable(),
      "Not null: `sup upgrade` started this supervisor process, in place of one of this version.",
    ),
    troubles: about(
      z.array(z.string()),
      "What the daemon itself cannot do now, for want of disk space or the like; one sentence each.",
    ),
    processes: about(z.array(processReport), "In (group, process) order of the config."),
  }),
  "Everything there is to know, as one snapshot.",
);

const upgradeReport = named(
  "UpgradeReport",
  z.object({
    from: about(z.string(), "The version that leaves."),
    pid: about(count, "Of the keeper."),
    supervisorPid: about(count, "Of the supervisor process that leaves."),
    keeperVersion: about(z.string(), 'Of the present keeper; "" if it does not say.'),
    args: about(z.array(z.string()), "The arguments that the supervisor was started with."),
    program: about(z.array(z.string()).optional(), "Executable and script of the supervisor that leaves."),
  }),
  "What is about to be replaced.",
);

const programTree = named(
  "ProgramTree",
  z.object({
    namespec,
    state: processState,
    pid: about(count, "Of its first process; 0 when that does not run."),
    members: about(
      z.array(member),
      "All its processes, also those that outlived the first one; parents before children.",
    ),
  }),
  "The processes of one program.",
);

const actionResult = named(
  "ActionResult",
  z.object({
    namespec,
    name: z.string(),
    group: z.string(),
    ok: z.boolean(),
    error: about(z.string(), '"" when all is well, else why not, in words.'),
  }),
  "What came of an action on one process.",
);
const actionResults = about(z.array(actionResult), "One for each chosen process.");

const planStep = named(
  "PlanStep",
  z.object({
    action: z.enum(["add", "remove", "restart", "live"]),
    namespec,
    name: z.string(),
    group: z.string(),
    changes: about(z.array(z.string()), "`key: old -> new`; environment values never appear."),
  }),
  "What happens to one process; `live` changes it as it runs.",
);

const appliedPlan = named(
  "AppliedPlan",
  z.object({ at: about(z.number(), "Wall clock, milliseconds."), steps: z.array(planStep) }),
  "What was done, and since when.",
);

const planReport = named(
  "PlanReport",
  z.object({
    ok: about(z.boolean(), "False: the config is not valid; `problems` says why and nothing was changed."),
    problems: z.string(),
    warnings: z.string(),
    applied: z.boolean(),
    steps: z.array(planStep),
    needsRestart: about(z.array(z.string()), "As in ConfigStatus."),
    last: about(
      appliedPlan.optional(),
      "Where there is nothing to do: what this supervisor process applied last, unasked if edits are.",
    ),
  }),
  "The way from the config in force to the one on disk.",
);

const streamCursor = named(
  "StreamCursor",
  z.strictObject({
    life: about(z.string(), "The supervisor process that numbered the events."),
    event: about(count, "Number of the last event that was heard."),
    keeper: about(z.string(), "The keeper that counts the output."),
    output: about(
      z.record(z.string(), count),
      "By `<namespec>/<stdout or stderr>`: the `position` of what was heard last.",
    ),
  }),
  "How far a client has followed a stream. Sent back after a reconnect, the stream goes on from there.",
);

const seq = about(count, "Its number among the events of this supervisor process.");
const position = about(count, "Bytes that this output has produced, up to and with this item.");

const streamItem = named(
  "StreamItem",
  z.discriminatedUnion("type", [
    about(
      z.object({ type: z.literal("open"), cursor: streamCursor }),
      "The first item: whatever happens from now on is told.",
    ),
    about(z.object({ type: z.literal("ready"), namespec, seq }), "RUNNING, and its readiness check has passed."),
    z.object({
      type: z.literal("state"),
      namespec,
      from: processState,
      to: processState,
      detail: about(z.string(), "Why, for a state that needs a reason."),
      failed: about(
        z.boolean(),
        "It is a failure: an end that is not expected, a start that did not succeed, FATAL, UNKNOWN.",
      ),
      seq,
    }),
    about(
      z.object({ type: z.literal("plan"), report: planReport, seq }),
      "A config was applied, or could not be loaded.",
    ),
    about(
      z.object({
        type: z.literal("output"),
        namespec,
        stream: streamName,
        data: about(z.string(), "Bytes as the program wrote them, base64."),
        position: position.optional(),
      }),
      "What a program wrote. Without `position` where nothing is followed.",
    ),
    about(
      z.object({ type: z.literal("gap"), namespec, stream: streamName, bytes: count, position: position.optional() }),
      "Output that was left out: the client was too slow, or the log no longer has it.",
    ),
    about(
      z.object({ type: z.literal("position"), namespec, stream: streamName, position }),
      "Where the output begins that will be told.",
    ),
    about(
      z.object({
        type: z.literal("missed"),
        what: z.enum(["events", "output"]),
        reason: z.string(),
      }),
      "After a reconnect: what happened between cannot be told. Ask for the status.",
    ),
    about(z.object({ type: z.literal("end") }), "The daemon ends. Nothing follows."),
  ]),
  "One item of a stream: a line of JSON, or the data of a server-sent event.",
);

const names = about(
  z.array(z.string()),
  "`web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything.",
).optional();
const wait = about(z.boolean(), "Answer when it is done. Default true.").optional();

/** What a stream carries. */
export const streamQuery = named(
  "StreamQuery",
  z.strictObject({
    names,
    logs: about(z.boolean(), "Tell what the programs write.").optional(),
    events: about(z.boolean(), "Tell of states, readiness and plans.").optional(),
    follow: about(z.boolean(), "Go on after the past. Default true.").optional(),
    lines: about(count, "How many of the last lines of each log to begin with. Default 0.").optional(),
    boot: about(
      z.boolean(),
      "Begin with what has happened since this supervisor process began, and with all that was written since this daemon first started each program.",
    ).optional(),
    since: streamCursor.optional(),
  }),
  "What a stream carries.",
);

interface Call {
  readonly about: string;
  readonly arguments: z.ZodObject;
  readonly result: z.ZodType;
  /** Changes nothing: may be called with GET, too. */
  readonly safe?: true;
}

const nothing = z.strictObject({});

/** `POST /api/v1/<name>`, arguments and answer in JSON. */
export const apiCalls = {
  status: {
    about: "Everything there is to know, as one snapshot.",
    arguments: nothing,
    result: statusReport,
    safe: true,
  },
  start: {
    about: "Starts processes, with what they depend on unless `noDeps`. Waits for RUNNING, or for the reason why not.",
    arguments: z.strictObject({ names, wait, noDeps: z.boolean().optional() }),
    result: actionResults,
  },
  stop: {
    about: "Stops processes: by signal, escalation and wait, as each program's config says.",
    arguments: z.strictObject({ names, wait }),
    result: actionResults,
  },
  restart: {
    about:
      "Stops what runs, then starts, as `start` does: with what they depend on unless `noDeps`. A stopped program is simply started.",
    arguments: z.strictObject({ names, wait, noDeps: z.boolean().optional() }),
    result: actionResults,
  },
  signal: {
    about: "Sends a signal to the processes themselves, never to their groups.",
    arguments: z.strictObject({ names, signal: about(z.string(), "`HUP`, `SIGHUP` or `1`.") }),
    result: actionResults,
  },
  plan: {
    about: "Reads the config and answers what would change; changes nothing.",
    arguments: nothing,
    result: planReport,
  },
  update: {
    about:
      "Reads the config and applies what changed. Refused, and nothing applied, if it has nothing of one of the names.",
    arguments: z.strictObject({ names }),
    result: planReport,
  },
  shutdown: {
    about: "Ends every program in order, then the daemon. Answers at once.",
    arguments: nothing,
    result: z.object({ pid: about(count, "Of the keeper, which ends last.") }),
  },
  processes: {
    about: "The processes of programs, with what they use.",
    arguments: z.strictObject({ names }),
    result: z.array(programTree),
  },
  upgrade: {
    about:
      "Replaces the supervisor, and with `keeper` the keeper too, by the program named in the daemon's own folder (by the same one " +
      "if none is named). No program is touched. Answers before it happens.",
    arguments: z.strictObject({ keeper: z.boolean().optional() }),
    result: upgradeReport,
  },
  hurry: {
    about: "Shortens a shutdown under way: every survivor gets SIGKILL after `seconds`.",
    arguments: z.strictObject({ seconds: z.number() }),
    result: z.object({}),
  },
} as const satisfies Record<string, Call>;

/** All that has a name, in the order of the document. */
export const apiSchemas = {
  StatusReport: statusReport,
  ConfigStatus: configStatus,
  ProcessReport: processReport,
  ProcessState: processState,
  Member: member,
  ProgramTree: programTree,
  UpgradeReport: upgradeReport,
  ActionResult: actionResult,
  AppliedPlan: appliedPlan,
  PlanReport: planReport,
  PlanStep: planStep,
  StreamQuery: streamQuery,
  StreamItem: streamItem,
  StreamCursor: streamCursor,
  StreamName: streamName,
} as const;

export const apiError = named(
  "ApiError",
  z.object({ error: about(z.string(), "Why not, in words.") }),
  "A call that was not carried out.",
);
