import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { upgradeFile } from "../../daemon/upgrade-file.ts";
import type { StatusReport, UpgradeReport } from "../../protocol/api.ts";
import { ApiError, isNotRunning } from "../../client/api-client.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { launchDaemon } from "../start/launch-daemon.ts";
import { isAlive, untilGone } from "../running/until-gone.ts";
import { version } from "../version.ts";
import { answered, notRunning } from "../running/not-running.ts";

/**
 * `sup upgrade`: the daemon goes on with the program of this version. The supervisor process is replaced, no program is touched,
 * and sockets stay open; the keeper stays as it is, unless `keeper`. 0 once the new one answers.
 */
export async function upgrade(project: Project, options: { readonly keeper: boolean }): Promise<number> {
  if (options.keeper && !isOnItsOwn()) return await onItsOwn();
  const { client, places } = project;
  const before = await answered(project, client.call("status", {}));
  const program = [process.execPath, join(__dirname, "supervisor.cjs")];
  const word = upgradeFile(places.runtime);
  leaveWord(word, JSON.stringify(program));
  const asked = answered(project, client.call("upgrade", { keeper: options.keeper }));
  const report = await asked.catch((error: unknown) => {
    // Whoever refuses has not read it.
    rmSync(word, { force: true });
    if (error instanceof ApiError && error.status === 404)
      throw new CliError(`version ${before.version} cannot be upgraded while it runs`, {
        hint: `${project.sup} down && ${project.sup} up -d`,
      });
    throw error;
  });
  const keeper = options.keeper ? await replaceKeeper(project, report) : report.pid;
  const after = await untilReplaced(project, keeper, report);
  if (after.version !== version) {
    throw new CliError(`version ${version} fell over, and version ${after.version} was started again`, {
      hint: `Programs were not touched. Its last words may be in ${join(places.state, "crash.log")}.`,
    });
  }
  process.stdout.write(describe(before, after));
  return 0;
}

/** @throws CliError, and leaves nothing then. */
function leaveWord(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    rmSync(file, { force: true });
    throw new CliError(`cannot write ${file}: ${(error as Error).message}`, {
      hint: "Nothing was replaced; programs run on.",
      cause: error,
    });
  }
}

/** Under this name an upgrade of the keeper knows that nobody's end is its own. */
const ON_ITS_OWN = "SUP_ON_ITS_OWN";

function isOnItsOwn(): boolean {
  const on = process.env[ON_ITS_OWN] !== undefined;
  // The next keeper starts with our environment.
  delete process.env[ON_ITS_OWN];
  return on;
}

/**
 * Does the same in a session of its own. Between two keepers there is only us, and somebody who presses Ctrl-C then, or whose
 * connection breaks, must not leave programs that nobody looks after.
 */
async function onItsOwn(): Promise<number> {
  const env = { ...process.env, [ON_ITS_OWN]: "1" };
  const child = spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: "inherit", env });
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => resolve(status ?? 1));
  });
}

/** The next keeper adopts what the last one left, as after its death. Returns its pid. @throws CliError also if it had to go back. */
async function replaceKeeper(project: Project, { pid, from, args, program }: UpgradeReport): Promise<number> {
  await untilGone(pid);
  const [executable, script] = program ?? [];
  const before = executable === undefined || script === undefined ? undefined : ([executable, script] as const);
  const problem = await launched(project, { args, owned: false, before });
  if (typeof problem === "number") return problem;
  const back = before === undefined ? problem : await launched(project, { args, owned: false, program: before });
  if (typeof back === "number")
    throw new CliError(`the keeper of version ${version} could not take over, and version ${from} was started again`, {
      hint: `Programs were not touched. Why it could not: ${problem.message}.`,
      cause: problem,
    });
  throw new CliError(problem.message, {
    hint: `Programs run on; \`${project.sup} up\` takes them over.`,
    cause: problem,
  });
}

/** The pid of a keeper that was started, or why there is none. */
async function launched(project: Project, how: Parameters<typeof launchDaemon>[1]): Promise<number | Error> {
  const end = performance.now() + LAST_MOMENTS;
  try {
    for (;;) {
      const started = await launchDaemon(project, how);
      if (started !== "in use") return started.ready ? started.pid : new Error(started.problems);
      // By one that could not take over, perhaps, and is about to be gone.
      if (performance.now() > end) return new Error("another daemon has taken the project over meanwhile");
    }
  } catch (error) {
    return error as Error;
  }
}

/** Milliseconds that a keeper may need to end. */
const LAST_MOMENTS = 5000;

/** @param keeper its pid from now on. @throws CliError if it ends. */
async function untilReplaced(project: Project, keeper: number, left: UpgradeReport): Promise<StatusReport> {
  for (;;) {
    const status = await project.client.call("status", {}).catch((error: unknown) => {
      if (!isNotRunning(error)) throw error;
      return null;
    });
    if (status === null && !isAlive(keeper)) throw await notRunning(project);
    if (status !== null && status.supervisorPid !== left.supervisorPid) return status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What was replaced and what was not, from what was there before and after. */
function describe(before: StatusReport, after: StatusReport): string {
  const pids = new Map(after.processes.map((one) => [one.namespec, one.pid]));
  const ran = before.processes.filter((one) => one.pid !== 0);
  const gone = ran.filter((one) => pids.get(one.namespec) !== one.pid).map((one) => one.namespec);
  const kept = `${ran.length - gone.length} ${ran.length - gone.length === 1 ? "program runs" : "programs run"} on, untouched`;
  const keeper =
    before.pid === after.pid
      ? `Keeper: pid ${after.pid} as before${after.keeperVersion === "" ? "" : `, version ${after.keeperVersion}`}.`
      : `Keeper: pid ${before.pid} -> ${after.pid}. Exit statuses of the programs that run now will be unknown.`;
  return (
    `Supervisor: version ${before.version} -> ${after.version}, pid ${before.supervisorPid} -> ${after.supervisorPid}.\n` +
    `${keeper}\nPrograms: ${kept}${gone.length === 0 ? "" : `; ended meanwhile: ${gone.join(", ")}`}.\n`
  );
}
