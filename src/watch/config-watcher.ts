import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { watch, type FSWatcher } from "chokidar";
import { hashOf, lookAtFiles, stampsOf } from "./look-at-files.ts";
import { SaveDetector, SAVE_TIMING, type SaveTiming } from "./save-detector.ts";
import { watchPoints, type WatchPoints } from "./watch-points.ts";

export interface WatchOptions {
  readonly timing?: SaveTiming;
  /**
   * How often file times are compared once the system refuses to watch (no watches left, ENOSPC). Default 1,000 ms. Nothing
   * is compared while events come: an idle daemon does not wake.
   */
  readonly pollMs?: number;
}

export interface ConfigWatcher {
  /**
   * Watches these paths from now on. `hash` is `LoadResult.hash` of what was loaded: if the files are different by now,
   * `onChange` follows as after any save.
   */
  rearm(files: readonly string[], hash: string): void;
  /** Resolves when the events of the last `rearm` are being listened for. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Calls `onChange` once for every completed save of the files that a config is made of; nothing is watched before the first
 * `rearm`. Events only wake it up: what they mean is decided by looking at contents (see `SaveDetector`), so a lost, doubled or
 * misleading event does no harm. Never throws; when the system has no watches left (ENOSPC), polling remains.
 */
export function watchConfig(onChange: () => void, options: WatchOptions = {}): ConfigWatcher {
  const timing = options.timing ?? SAVE_TIMING;
  const detector = new SaveDetector(timing);
  let files: readonly string[] = [];
  let events: FolderEvents | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stamps = "";
  let reported = "";
  let closed = false;
  let lookUntil = 0;

  const look = (): void => {
    timer = null;
    if (closed) return;
    const looks = lookAtFiles(files);
    const verdict = detector.look(looks, performance.now());
    // Also while it is waited: a folder that was moved away is often back before the save counts as complete.
    follow();
    if (verdict.kind === "wait") return wakeAfter(verdict.delay);
    // Chokidar drops events that come within milliseconds of one another, so the last event of a burst may be missing.
    const rest = lookUntil - performance.now();
    if (verdict.kind === "same") return rest > 0 ? wakeAfter(rest) : undefined;
    reported = hashOf(looks);
    onChange();
  };
  const wakeAfter = (delay: number): void => {
    if (timer !== null || closed) return;
    timer = setTimeout(look, delay);
    timer.unref();
  };
  const stir = (): void => {
    lookUntil = performance.now() + 2 * timing.settle;
    wakeAfter(0);
  };
  // Folders and symlinks may have been replaced along with the files; so it is looked up anew where to listen.
  const follow = (): void => {
    stamps = stampsOf(files);
    const points = watchPoints(files);
    const identity = identityOf(points);
    if (events !== null && events.identity === identity) return;
    void events?.close();
    // What happens while the new watches are being set up sends no event: look once they are.
    events = new FolderEvents(points, identity, stir, pollInstead);
  };
  let poll: NodeJS.Timeout | null = null;
  const pollInstead = (): void => {
    wakeAfter(0);
    poll ??= setInterval(() => {
      if (files.length > 0 && stampsOf(files) !== stamps) wakeAfter(0);
    }, options.pollMs ?? 1000);
    poll.unref();
  };

  return {
    rearm(next, hash) {
      if (closed) return;
      files = [...new Set(next)];
      const looks = lookAtFiles(files);
      const now = hashOf(looks);
      // A config that writes to its own sources while it is evaluated never matches its hash: it is told once only.
      const outdated = now !== hash && now !== reported;
      if (now === reported) reported = "";
      detector.rearm(looks, performance.now(), outdated);
      follow();
      if (outdated) wakeAfter(0);
    },
    ready: async () => events?.ready,
    async close() {
      closed = true;
      if (poll !== null) clearInterval(poll);
      if (timer !== null) clearTimeout(timer);
      await events?.close();
    },
  };
}

/** Any event about the watched names. Wakes up once at its start as well, when all watches are in place. */
class FolderEvents {
  /** Of what is listened to; "" once a watched folder has gone, and its watch with it. */
  identity: string;
  readonly ready: Promise<void>;
  readonly #watcher: FSWatcher;

  constructor(points: WatchPoints, identity: string, wake: () => void, failed: () => void) {
    this.identity = identity;
    this.#watcher = watch([...points.keys()], {
      depth: 0,
      ignoreInitial: true,
      // The targets of symlinks are watched where they are.
      followSymlinks: false,
      atomic: false,
      ignorePermissionErrors: true,
      ignored: (path) => !isWatched(points, path),
    });
    const lost = (folder: string): void => {
      if (!points.has(folder)) return;
      this.identity = "";
      wake();
    };
    this.#watcher.on("unlinkDir", lost);
    // A folder in whose place there is another one at once: its watch says that it was moved, by its own name, and that is all.
    this.#watcher.on("raw", (_event, name, details) => {
      const { watchedPath = "" } = details as { readonly watchedPath?: string };
      if (name === basename(watchedPath)) lost(watchedPath);
      // Of a link that a file takes the place of, chokidar tells nothing any more.
      else if (name && isWatched(points, join(watchedPath, name))) wake();
    });
    this.#watcher.on("all", wake);
    this.#watcher.on("error", failed);
    this.ready = new Promise((resolve) => {
      this.#watcher.once("ready", () => {
        wake();
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }
}

function isWatched(points: WatchPoints, path: string): boolean {
  if (points.has(path)) return true;
  const names = points.get(dirname(path));
  return names === null || names?.has(basename(path)) === true;
}

/** A watch stays with its folder, not with the name: another folder of that name needs another watch. */
function identityOf(points: WatchPoints): string {
  const all = [...points].map(([folder, names]) => {
    const { dev, ino } = statSync(folder, { throwIfNoEntry: false }) ?? { dev: 0, ino: 0 };
    return [folder, dev, ino, names === null ? null : [...names].sort()];
  });
  return JSON.stringify(all.sort());
}
