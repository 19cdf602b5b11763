import { dirname, join } from "node:path";
import { existsSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
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
    if (paths.length > 0) onChange(paths);
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
      const matches = (path: string): boolean => globs.some((one) => one.matches(path));
      // What is about to be told is told only if it is still wanted.
      for (const path of changed) if (!matches(path)) changed.delete(path);
      if (globs.length === 0) return;
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
        const { message } = error as Error;
        options.onTrouble?.(new Error(`${message}${wayOut(error as Error)}`, { cause: error }));
      });
      // Setting up takes its time, in which a change is heard by nobody: so it is looked for once.
      const since = Date.now() - CLOCK_TICK;
      const look = async (): Promise<void> => {
        for (const path of watchedPaths(mine)) {
          if (mine !== watcher) return;
          if (matches(path) && (await changedAt(path)) > since && mine === watcher) note(path);
        }
      };
      ready = new Promise((resolve) => void mine.once("ready", () => void look().then(resolve)));
    },
    ready: () => ready,
    async close() {
      if (timer !== null) clearTimeout(timer);
      await stop();
    },
  };
}

/** What to do about it, where it is a limit of the system: the message does not say. */
function wayOut({ code }: NodeJS.ErrnoException): string {
  if (code === "ENOSPC") return " (raise fs.inotify.max_user_watches with sysctl, or watch less)";
  return code === "EMFILE" ? " (raise fs.inotify.max_user_instances with sysctl)" : "";
}

/** The kernel's clock for files goes in steps of up to 10 ms (CONFIG_HZ), behind the one that programs are told. */
const CLOCK_TICK = 10;

function watchedPaths(watcher: FSWatcher): string[] {
  return Object.entries(watcher.getWatched()).flatMap(([folder, names]) => names.map((name) => join(folder, name)));
}

/** When a file was written, or came to be called so: milliseconds of the wall clock; 0 for what is no file. */
async function changedAt(path: string): Promise<number> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.ctimeMs : 0;
  } catch {
    return 0;
  }
}

/** Itself, or the nearest folder above that exists: what is not there yet is seen when it comes. */
function nearestFolder(path: string): string {
  for (let at = path; ; at = dirname(at)) if (existsSync(at) || at === dirname(at)) return at;
}
