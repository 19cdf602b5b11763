import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { join, resolve } from "node:path";
import { placesIn, type Places } from "./places.ts";

/**
 * The runtime folder depends on the environment more than the state folder does: XDG_RUNTIME_DIR is there in a session of ssh, and
 * not in one of cron or su. So a daemon notes in its state folder where it is, for whoever looks for it from another session.
 * Where the state is below the runtime folder there is nothing to tell: whoever finds one has found both.
 */
export function noteRuntime({ runtime, state }: Places, log: (level: "warn", text: string) => void): void {
  const note = noteIn(state);
  if (state.startsWith(`${runtime}/`) || readNote(note) === runtime) return;
  const beside = `${note}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    // "wx": a planted symlink of that name is refused, not followed.
    writeFileSync(beside, `${runtime}\n`, { flag: "wx", mode: 0o600 });
    renameSync(beside, note);
  } catch (error) {
    rmSync(beside, { force: true });
    log("warn", `clients with another XDG_RUNTIME_DIR will not find this daemon: ${(error as Error).message}`);
  }
}

/**
 * The places of the daemon that was the last to run on this state folder, if they are others than these; whether it still runs is
 * for the caller to find out. `null` if nothing is noted, or if the note, the folder it is in or the one that it names is not ours
 * alone: others must not send us to a daemon of theirs. Never throws.
 */
export function notedPlaces({ runtime, state }: Places): Places | null {
  try {
    if (!isOurs(lstatSync(state), "folder")) return null;
    const noted = readNote(noteIn(state));
    if (noted === null || noted === runtime || noted !== resolve(noted)) return null;
    return isOurs(lstatSync(noted), "folder") ? placesIn(noted, state) : null;
  } catch {
    return null;
  }
}

function readNote(note: string): string | null {
  let fd: number;
  try {
    fd = openSync(note, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    return isOurs(fstatSync(fd), "file") ? readFileSync(fd, "utf8").replace(/\n$/, "") : null;
  } finally {
    closeSync(fd);
  }
}

function isOurs(found: Stats, kind: "file" | "folder"): boolean {
  const isKind = kind === "file" ? found.isFile() : found.isDirectory();
  return isKind && found.uid === (process.geteuid?.() ?? 0) && (found.mode & 0o022) === 0;
}

function noteIn(state: string): string {
  return join(state, "runtime-folder");
}
