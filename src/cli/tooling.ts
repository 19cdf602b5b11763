import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { formatProblems, type Severity } from "../config/format-problem.ts";
import { importIni as convertIni } from "../config/import-ini.ts";
import { loadGiven } from "../config/load-given.ts";
import { inReadingOrder, loadConfig, type LoadResult } from "../config/load-config.ts";
import { systemWorld } from "../config/world.ts";
import { withOverrides } from "../daemon/supervisord/launch.ts";
import { toUser } from "../ini/value-types.ts";
import { checkConfig, ConfigMemory } from "../model/check-config.ts";
import type { Model, ProcessSpec } from "../model/model.ts";
import type { Problem } from "../model/problem.ts";
import { CliError } from "./cli-error.ts";
import type { Project } from "./running/find-project.ts";
import { lintMachine } from "./lint-machine.ts";
import { styler } from "./render/colors.ts";
import { safeText } from "./render/safe-text.ts";
import type { CheckAnswer, CheckRequest } from "./check-answer.ts";

// The bundle of everything that reads configs: zod, the ini dialect, the evaluator's door. Loaded by `sup` for the commands
// below, and by the daemon when it reads its config; nobody else pays for it.

type Mode = "development" | "production";

/**
 * How the daemon reads its config, again and again: with its own environment, and by default its own folder, as `sup up` did.
 */
export function daemonLoader(
  config: string,
  mode: Mode,
  cwd: string = process.cwd(),
  shown?: string,
): () => Promise<LoadResult> {
  const memory = new ConfigMemory();
  return () => loadConfig(config, { mode, command: "up", evaluator: evaluatorProgram(), cwd, shown, memory });
}

/** The defaults of this version, as a model of one program about which nothing was said. Asks nothing but where `config` lies. */
export function referenceModel(config: string): Model {
  const outcome = checkConfig({ programs: { reference: { command: "true" } } }, systemWorld(config, {}));
  if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
  return outcome.value;
}

/** How the daemon of an embedded supervisor reads the config that it was given; see `embed/`. */
export function loadGivenForDaemon(file: string): LoadResult {
  return loadGiven(file, { mode: "production", command: "up", evaluator: evaluatorProgram(), cwd: process.cwd() });
}

/** What the `supervisord` command asks before it starts a daemon; see `supervisord-check.ts` and `check-first.ts`. */
export async function checkForSupervisord({
  config,
  shown,
  cwd,
  overrides,
}: CheckRequest): Promise<{ readonly answer: CheckAnswer; readonly loaded: LoadResult }> {
  const loaded = withOverrides(await daemonLoader(config, "production", cwd, shown)(), overrides);
  return { answer: answerTo(loaded, config, cwd), loaded };
}

function answerTo({ outcome }: LoadResult, config: string, cwd: string): CheckAnswer {
  if (!outcome.ok) return { ok: false, messages: outcome.problems.map((problem) => problem.message) };
  const { supervisord } = outcome.value;
  if (supervisord.user === null) return { ok: true, supervisord, account: null };
  const world = systemWorld(config, process.env, cwd);
  const uid = toUser(supervisord.user, world);
  if (!uid.ok) return { ok: false, messages: [uid.message] };
  return { ok: true, supervisord, account: world.findUser(String(uid.value)) };
}

/** Problems with code frames, without colours: for logs and answers over the wire. */
export function formatForPeople(problems: readonly Problem[], severity: Severity = "error"): string {
  return formatProblems(problems, { severity, source: readSource });
}

/** `sup check`: every mistake with its place, and what is doubtful; 0 if there is no mistake. */
export async function check(
  project: Project,
  options: { readonly mode: Mode; readonly json: boolean },
): Promise<number> {
  const result = await load(project, options.mode, "check", (model) =>
    lintMachine(model, { env: process.env, cwd: project.folder }),
  );
  const problems = result.outcome.ok ? [] : result.outcome.problems;
  if (options.json) {
    const { outcome, warnings } = result;
    // Without what was looked for in vain: that is for a watcher to know.
    const files = result.files.filter((file) => existsSync(file));
    process.stdout.write(`${JSON.stringify({ ok: outcome.ok, problems, warnings, files }, null, 2)}\n`);
    return result.outcome.ok ? 0 : 1;
  }
  if (result.printed !== undefined) process.stderr.write(`${result.printed}\n`);
  if (result.warnings.length > 0) process.stderr.write(show(inReadingOrder(result.warnings), "warning"));
  if (!result.outcome.ok) {
    process.stderr.write(show(problems));
    return 1;
  }
  const { groups } = result.outcome.value;
  const count = groups.flatMap((group) => group.processes).length;
  const amounts = `${amount(count, "process", "processes")} in ${amount(groups.length, "group", "groups")}`;
  const warnings = result.warnings.length === 0 ? "" : `, ${amount(result.warnings.length, "warning", "warnings")}`;
  process.stdout.write(`${project.config}: ${amounts}, no mistakes${warnings}.\n`);
  return 0;
}

function amount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The processes that the config describes; `null` if there are mistakes in it. */
export async function configured(project: Project): Promise<readonly ProcessSpec[] | null> {
  const { outcome } = await load(project, "development", "up");
  return outcome.ok ? outcome.value.groups.flatMap((group) => group.processes) : null;
}

/** `sup config print`: the resolved model as JSON. Passwords are hidden, environments are not: they are the user's own. */
export async function printModel(project: Project, options: { readonly mode: Mode }): Promise<number> {
  const result = await load(project, options.mode, "config print");
  if (!result.outcome.ok) {
    process.stderr.write(show(result.outcome.problems));
    return 1;
  }
  if (result.printed !== undefined) process.stderr.write(`${result.printed}\n`);
  process.stdout.write(`${JSON.stringify(withoutPasswords(result.outcome.value), null, 2)}\n`);
  return 0;
}

/** `sup import-ini`: prints or writes the TypeScript of a supervisord.conf; what could not be carried goes to standard error too. */
export function importIni(file: string, options: { readonly output: string | null; readonly force: boolean }): number {
  const source = resolve(file);
  if (!existsSync(source)) throw new CliError(`there is no file ${source}`, { status: 2 });
  const imported = convertIni(source);
  if (!imported.ok) {
    process.stderr.write(show(imported.problems));
    return 1;
  }
  if (imported.warnings.length > 0) process.stderr.write(show(imported.warnings, "warning"));
  if (options.output === null) {
    process.stdout.write(imported.text);
    return 0;
  }
  const target = resolve(options.output);
  if (!options.force && existsSync(target)) {
    throw new CliError(`${target} exists already`, { hint: "It was left as it is; --force overwrites it.", status: 2 });
  }
  writeFileSync(target, imported.text);
  const moved =
    dirname(target) === dirname(source)
      ? ""
      : ` It means the same only in ${dirname(source)}: relative paths are relative to the file.`;
  process.stdout.write(`Wrote ${target}.${moved}\n`);
  return 0;
}

function load(
  project: Project,
  mode: Mode,
  command: string,
  doubts?: (model: Model) => readonly Problem[],
): Promise<LoadResult> {
  const context = { mode, command, evaluator: evaluatorProgram(), cwd: project.folder };
  return loadConfig(project.config, doubts === undefined ? context : { ...context, doubts });
}

function evaluatorProgram(): string {
  return join(__dirname, "evaluator.cjs");
}

function show(problems: readonly Problem[], severity: Severity = "error"): string {
  const colour = styler(process.stderr)("red", "x") !== "x";
  return safeText(
    `${formatProblems(problems, { severity, colour, source: readSource, relativeTo: process.cwd() })}\n`,
    process.stderr,
  );
}

function readSource(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function withoutPasswords(model: Model): Model {
  const hide = (password: string | null): string | null => (password === null ? null : "(hidden)");
  return {
    ...model,
    servers: model.servers.map((server) => ({ ...server, password: hide(server.password) })),
    supervisorctl: { ...model.supervisorctl, password: hide(model.supervisorctl.password) },
  };
}
