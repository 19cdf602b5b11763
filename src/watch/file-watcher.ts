import { dirname } from "node:path";
import { existsSync, type Stats } from "node:fs";
import { watch, type FSWatcher } from "chokidar";
import type { WatchedGlobs } from "./watched-globs.ts";

export interface FileWatcher {
  /** Watches these from now on, in place of what was watched before. */
  rearm(globs: readonly WatchedGlobs[]): void;
  /** Resolves when the events of the last `rearm` are being listened for. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface FileWatcherOptions {
  /** Milliseconds without a further change after which changes are told, together. Default 100. */
  readonly settleMs?: number;
  /** The system refuses to watch (no watches left): said once. Changes may be missed from then on. */
  readonly onTrouble?: (error: Error) => void;
}

/**
 * Tells of changed files that match, many at once: a branch that is checked out or a build is one change. Costs nothing while
 * nothing changes. An empty `rearm` watches nothing.
 */
export function watchFiles(
  onChange: (paths: readonly string[]) => void,
  options: FileWatcherOptions = {},
): FileWatcher {
  let watcher: FSWatcher | null = null;
  let ready: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let troubled = false;
  const changed = new Set<string>();

  const tell = (): void => {
    timer = null;
    const paths = [...changed].sort();
    changed.clear();
    onChange(paths);
  };
  const note = (path: string): void => {
    changed.add(path);
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(tell, options.settleMs ?? 100);
    timer.unref();
  };
  const stop = async (): Promise<void> => {
    const old = watcher;
    watcher = null;
    await old?.close();
  };

  return {
    rearm(globs) {
      void stop();
      if (globs.length === 0) return;
      const matches = (path: string): boolean => globs.some((one) => one.matches(path));
      const mine = watch([...new Set(globs.flatMap((one) => one.bases.map(nearestFolder)))], {
        ignoreInitial: true,
        ignorePermissionErrors: true,
        ignored: (path: string, stats?: Stats) =>
          stats?.isFile() === true ? !matches(path) : !globs.some((one) => one.mayHold(path) || one.matches(path)),
      });
      watcher = mine;
      for (const event of ["add", "change", "unlink"] as const) {
        mine.on(event, (path) => {
          if (mine === watcher && matches(path)) note(path);
        });
      }
      mine.on("error", (error) => {
        if (troubled) return;
        troubled = true;
        options.onTrouble?.(error as Error);
      });
      ready = new Promise((resolve) => void mine.once("ready", () => resolve()));
    },
    ready: () => ready,
    async close() {
      if (timer !== null) clearTimeout(timer);
      await stop();
    },
  };
}

/** Itself, or the nearest folder above that exists: what is not there yet is seen when it comes. */
function nearestFolder(path: string): string {
  for (let at = path; ; at = dirname(at)) if (existsSync(at) || at === dirname(at)) return at;
}
