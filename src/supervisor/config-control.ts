import type { LoadResult } from "../config/load-config.ts";
import type { GroupSpec, LogLevel, Model } from "../model/model.ts";
import type { Outcome, Problem } from "../model/problem.ts";
import { sameValue } from "../model/plan/same-value.ts";
import { planChange, type Plan } from "../model/plan/plan.ts";
import type { AppliedPlan, ConfigStatus, PlanReport } from "../protocol/api.ts";
import { EditsUnderWay } from "./edits-under-way.ts";
import { reportPlan } from "./plan-report.ts";
import { sharedNext } from "./shared-next.ts";
import type { Supervisor } from "./supervisor.ts";

export interface ConfigControlOptions {
  readonly file: string;
  readonly supervisor: Supervisor;
  readonly load: () => Promise<LoadResult>;
  /** Problems with code frames, for people. */
  readonly format: (problems: readonly Problem[], severity?: "error" | "warning") => string;
  /** Keeps the model that came into force, for the next boot. */
  readonly keep: (model: Model, hash: string) => void;
  readonly log: (level: LogLevel, message: string) => void;
  /** The files that the config is made of, after each look that is to be applied. */
  readonly onFiles: (files: readonly string[], hash: string) => void;
}

/**
 * The config in force, and the way to a new one: read, compare, apply. Configs are read one at a time, in the order they were
 * asked for; a later edit waits for an earlier one only in the groups that both change, so that one program with a
 * long stopwaitsecs does not hold up the others. A config with mistakes changes nothing: the last good one stays in force and
 * the status says so.
 */
export class ConfigControl {
  readonly #options: ConfigControlOptions;
  #model: Model;
  /** What of the config stays in force until the daemon is started anew, whatever is said later. */
  readonly #begunWith: Pick<Model, "supervisord" | "servers" | "rpcinterfaces">;
  #known: { readonly model: Model; readonly hash: string };
  #reread = false;
  #generation = 1;
  #stale: ConfigStatus["stale"] = null;
  #needsRestart: readonly string[] = [];
  #lastProblems = "";
  #last: AppliedPlan | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #edits: EditsUnderWay;
  /** How many edits were begun, and the last of them that is in force. */
  #begun = 0;
  #inForce = 0;
  #hash = "";
  readonly #listeners = new Set<(report: PlanReport) => void>();

  constructor(options: ConfigControlOptions, model: Model) {
    this.#options = options;
    this.#model = model;
    const { supervisord, servers, rpcinterfaces } = model;
    this.#begunWith = { supervisord, servers, rpcinterfaces };
    this.#known = { model, hash: "" };
    this.#edits = new EditsUnderWay(options.supervisor);
  }

  get model(): Model {
    return this.#model;
  }

  /** The config as last read, in force or not: groups are added from it by name. */
  get known(): Model {
    return this.#known.model;
  }

  /** Whether the config was read again since the boot without being applied as a whole. */
  get reread(): boolean {
    return this.#reread;
  }

  status(watching: boolean): ConfigStatus {
    const { file } = this.#options;
    return { file, generation: this.#generation, stale: this.#stale, watching, needsRestart: this.#needsRestart };
  }

  /** Hears of every applied plan, and of every config that could not be loaded, once each. */
  onChange(listener: (report: PlanReport) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Reads the config and says what would change, seen from how things are now: it does not wait for an edit that is being
   * applied, whose slowest program may take minutes to stop. However many ask at once, the config is read once at a time: it is a
   * program, with a process of its own.
   */
  readonly plan: () => Promise<PlanReport> = sharedNext(async () => {
    const result = await this.#read();
    return result.outcome.ok
      ? this.#withLast(reportPlan(this.#compare(result.outcome.value), this.#warnings(result), false))
      : this.#refusal(result);
  });

  /**
   * Reads the config and applies what changed. Resolves when all of it has been done.
   *
   * @param check of the new model, before anything is done: what it throws is what becomes of the call.
   */
  async update(check: (next: Model) => void = () => undefined): Promise<PlanReport> {
    const { report, done } = await this.#next(() => this.#beginUpdate(check));
    await done;
    return report;
  }

  async #beginUpdate(
    check: (next: Model) => void,
  ): Promise<{ readonly report: PlanReport; readonly done: Promise<void> }> {
    const result = await this.#read();
    if (result.outcome.ok) check(result.outcome.value);
    // Only what is applied counts as seen: a look in between must not make the watcher forget an edit.
    this.#options.onFiles(result.files, result.hash);
    if (!result.outcome.ok) {
      const refusal = this.#refusal(result);
      this.#tellRefusal(refusal);
      return { report: refusal, done: Promise.resolve() };
    }
    const next = result.outcome.value;
    const plan = this.#compare(next);
    const report = this.#withLast(reportPlan(plan, this.#warnings(result), true));
    if (report.steps.length > 0) this.#last = { at: this.#options.supervisor.clock.wall(), steps: report.steps };
    this.#known = { model: next, hash: result.hash };
    const edit = ++this.#begun;
    const done = this.#edits.apply(plan, next).then(() => this.#putInForce(edit, next, result.hash, report));
    return { report, done };
  }

  /** An edit that was overtaken by a later one is told of, and no more. */
  #putInForce(edit: number, next: Model, hash: string, report: PlanReport): void {
    if (edit > this.#inForce) {
      this.#inForce = edit;
      this.#model = next;
      this.#hash = hash;
      if (report.steps.length > 0 || !sameTexts(report.needsRestart, this.#needsRestart)) this.#generation++;
      this.#needsRestart = report.needsRestart;
    }
    // Not before all is done: whoever comes after us would lose what was to go.
    if (this.#edits.areDone) {
      this.#options.keep(this.#model, this.#hash);
      if (this.#known.model !== this.#model) this.settle();
    }
    if (report.steps.length > 0) this.#options.log("info", `config applied: ${summary(report)}`);
    this.#tell(report);
  }

  /** Reads the config and keeps it as the known one; changes nothing else. */
  read(): Promise<Outcome<Model>> {
    return this.#next(async () => {
      const { outcome, hash } = await this.#read();
      if (outcome.ok) {
        this.#known = { model: outcome.value, hash };
        this.#reread = true;
        this.settle();
      }
      return outcome;
    });
  }

  /**
   * After groups were added or removed one by one: once they are those of the known config, that one is in force as a whole.
   * Until then the config in force has the groups that are there, so that a supervisor after us finds the same world.
   */
  settle(): void {
    // An edit that is being applied does so itself when it is through.
    if (!this.#edits.areDone) return;
    const { model, hash } = this.#known;
    const { groups, supervisor } = this.#compare(model);
    const isWhole = groups.every((group) => group.action === "unchanged");
    const next = isWhole ? model : { ...this.#model, groups: this.#activeGroups() };
    if (isWhole) this.#needsRestart = supervisor;
    if (sameValue(this.#model, next)) return;
    this.#model = next;
    this.#generation++;
    this.#options.keep(next, isWhole ? hash : "");
  }

  /** Against the groups that are really there, or will be: clients add and remove them one by one, without a plan. */
  #compare(next: Model): Plan {
    return planChange({ ...this.#model, ...this.#begunWith, groups: this.#activeGroups() }, next);
  }

  #activeGroups(): readonly GroupSpec[] {
    return this.#edits.groups();
  }

  async #read(): Promise<LoadResult> {
    const result = await this.#options.load();
    if (result.outcome.ok) {
      this.#stale = null;
      this.#lastProblems = "";
    } else {
      const problems = this.#options.format(result.outcome.problems);
      this.#stale = { since: this.#stale?.since ?? this.#options.supervisor.clock.wall(), problems };
    }
    return result;
  }

  #warnings(result: LoadResult): string {
    return result.warnings.length === 0 ? "" : this.#options.format(result.warnings, "warning");
  }

  #withLast(report: PlanReport): PlanReport {
    return this.#last === null || report.steps.length > 0 ? report : { ...report, last: this.#last };
  }

  #refusal(result: LoadResult): PlanReport {
    const problems = this.#stale?.problems ?? "";
    return {
      ok: false,
      problems,
      warnings: this.#warnings(result),
      applied: false,
      steps: [],
      needsRestart: this.#needsRestart,
    };
  }

  /** The same mistakes are told once, however often the file is saved with them. */
  #tellRefusal(report: PlanReport): void {
    if (report.problems === this.#lastProblems) return;
    this.#lastProblems = report.problems;
    this.#options.log("error", `the config was not applied, the last good one stays in force:\n${report.problems}`);
    this.#tell(report);
  }

  #tell(report: PlanReport): void {
    for (const listener of this.#listeners) listener(report);
  }

  #next<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(action);
    this.#queue = done.catch(() => {
      // Its caller has been told; the next in the queue must not be.
    });
    return done;
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function summary(report: PlanReport): string {
  return report.steps.map((step) => `${step.action} ${step.namespec}`).join(", ");
}
