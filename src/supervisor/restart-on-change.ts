import { relative } from "node:path";
import { answerToChange } from "../machine/answer-to-change.ts";
import { namespec, type LogLevel, type ProcessSpec } from "../model/model.ts";
import { sameValue } from "../model/plan/same-value.ts";
import type { FileWatcher } from "../watch/file-watcher.ts";
import { compileGlobs, type WatchedGlobs } from "../watch/watched-globs.ts";
import { isDown } from "./is-down.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { Supervisor } from "./supervisor.ts";

export interface RestartOnChangeOptions {
  readonly supervisor: Supervisor;
  readonly log: (level: LogLevel, message: string) => void;
  readonly watchFiles: (onChange: (paths: readonly string[]) => void) => FileWatcher;
}

/** Restarts programs when files change that their `watch` names. */
export class RestartOnChange {
  readonly #options: RestartOnChangeOptions;
  readonly #watcher: FileWatcher;
  readonly #unsubscribe: () => void;
  #watched: readonly (readonly [folder: string, patterns: readonly string[]])[] = [];
  /** The spec of each process when it was last looked at: the same object while nothing has changed. */
  readonly #known = new WeakMap<ManagedProcess, ProcessSpec>();
  #due = false;

  constructor(options: RestartOnChangeOptions) {
    this.#options = options;
    this.#watcher = options.watchFiles((paths) => this.#answer(paths));
    this.#unsubscribe = options.supervisor.bus.subscribe((event) => {
      const isNews =
        event.type === "changed" || event.type === "state"
          ? event.process.retired || this.#known.get(event.process) !== event.process.spec
          : event.type === "groupRemoved" || event.type === "groupAdded" || event.type === "groupRestored";
      if (!isNews || this.#due) return;
      // Programs come and go many at a time.
      this.#due = true;
      setImmediate(() => {
        this.#due = false;
        this.#follow();
      });
    });
  }

  close(): Promise<void> {
    this.#unsubscribe();
    return this.#watcher.close();
  }

  #follow(): void {
    const processes = this.#options.supervisor.processes();
    for (const process of processes) this.#known.set(process, process.spec);
    const specs = processes.flatMap(({ spec }) => (spec.watch ? [spec.watch] : []));
    const unique = new Map(
      specs.map(({ folder, patterns }) => [JSON.stringify([folder, patterns]), { folder, patterns }]),
    );
    const watched = [...unique.values()].map(({ folder, patterns }) => [folder, patterns] as const);
    if (sameValue(watched, this.#watched)) return;
    this.#watched = watched;
    this.#watcher.rearm([...unique.values()].map(compileGlobs));
  }

  #answer(paths: readonly string[]): void {
    const { supervisor, log } = this.#options;
    if (supervisor.mood !== "running") return;
    const compiled = new Map<string, WatchedGlobs>();
    for (const process of supervisor.processes()) {
      const { watch } = process.spec;
      // A model that an older version kept has no such key.
      if (!watch) continue;
      const key = JSON.stringify(watch);
      const globs = compiled.get(key) ?? compileGlobs(watch);
      compiled.set(key, globs);
      const changed = paths.filter((path) => globs.matches(path));
      const answer = answerToChange(process.life);
      if (changed.length === 0 || answer === "leave") continue;
      const because = what(changed, watch.folder);
      log("info", `${answer === "restart" ? "restarting" : "starting"} ${namespec(process.spec)}: ${because}`);
      if (answer === "start") supervisor.requestStart(process, because);
      else void this.#restart(process, because);
    }
  }

  async #restart(process: ManagedProcess, because: string): Promise<void> {
    const { supervisor } = this.#options;
    supervisor.requestStop(process, { startAgain: true, because });
    await supervisor.until(process, () => isDown(process) || process.startAgain === null);
    // Unless somebody has taken the matter in hand meanwhile.
    if (process.startAgain !== null && isDown(process)) supervisor.requestStart(process);
  }
}

function what(paths: readonly string[], folder: string): string {
  const [first = "", ...more] = paths.map((path) => relative(folder, path));
  return more.length === 0 ? `${first} has changed` : `${first} and ${more.length} more files have changed`;
}
