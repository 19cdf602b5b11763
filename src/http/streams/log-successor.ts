import { closeSync, fstatSync, statSync, type BigIntStats } from "node:fs";
import { backupName, MOST_FREE_NUMBERS } from "../../files/backup-name.ts";
import { openRegular } from "../../files/open-regular.ts";

/*
 * Theory. Rotation turns `log` into `log.1`, `log.1` into `log.2`, and the oldest goes. Whoever reads slowly may still be in a file
 * that has become `log.7`: next come `log.6` to `log.1`, and only then `log`. All of it happens while we look, so whatever was
 * opened counts only if the file before it still has the name that it had. Files move up, the oldest first, so a search from
 * `log.1` on meets the one that it looks for. Where rotations are many (`keeper/output/backups.ts`) they move up by several
 * numbers, and once down again, the newest first: then the search is to be made anew, for it may have been passed. And while the file
 * before has moved and its successor has not, the numbers between them lead nowhere: the successor may move past a look that comes
 * down through them, so what was found below counts only if there is still nothing in between.
 */

/** The file that goes on where another ended. */
export interface Successor {
  readonly fd: number;
  /** It has the name of the log: it is written now. Otherwise it is a backup, which is complete. */
  readonly isCurrent: boolean;
  /** Files between the two may have been rotated away. */
  readonly isGap: boolean;
}

/**
 * Opens what was written after the file of this descriptor.
 *
 * @returns "none" if it is the one that is written now; `null` if there is no other yet. The caller closes what it gets.
 */
export function openSuccessor(path: string, fd: number): Successor | "none" | null {
  for (;;) {
    const own = fstatSync(fd, { bigint: true });
    const place = own.nlink === 0n ? null : placeOf(path, own);
    if (place === 0) return "none";
    if (place === null) {
      if (own.nlink === 0n) return openOldestAfter(path, own);
      // It may have been rotated away just now.
      if (fstatSync(fd, { bigint: true }).nlink > 0n) return openCurrent(path);
      continue;
    }
    let at = place;
    let next: number | null = null;
    while (next === null && at > 0) next = openRegular(backupName(path, --at));
    if (isFree(path, at + 1, place) && isSame(statOf(backupName(path, place)), own)) {
      return next === null ? null : { fd: next, isCurrent: at === 0, isGap: false };
    }
    if (next !== null) closeSync(next);
  }
}

/** Whether none of these numbers, `end` not among them, leads to a backup. */
function isFree(path: string, from: number, end: number): boolean {
  for (let place = from; place < end; place++) if (statOf(backupName(path, place)) !== undefined) return false;
  return true;
}

function openCurrent(path: string): Successor | null {
  const fd = openRegular(path);
  return fd === null ? null : { fd, isCurrent: true, isGap: false };
}

/**
 * The file has no name any more: rotated away, or deleted by hand. Backups that were written to after it come next, the oldest
 * first; older ones are the past of a deleted file.
 */
function openOldestAfter(path: string, own: BigIntStats): Successor | null {
  for (;;) {
    let oldest = 0;
    for (const [place, found] of backupsOf(path)) {
      if (found.mtimeNs < own.mtimeNs) break;
      oldest = place;
    }
    if (oldest === 0) return openCurrent(path);
    const fd = openRegular(backupName(path, oldest));
    if (fd !== null) return { fd, isCurrent: false, isGap: true };
  }
}

/** 0: it is the log; 1 and more: that backup of it; `null`: none of them. */
function placeOf(path: string, own: BigIntStats): number | null {
  for (let tries = 3; tries > 0; tries--) {
    if (isSame(statOf(path), own)) return 0;
    for (const [place, found] of backupsOf(path)) if (isSame(found, own)) return place;
  }
  return null;
}

/** From the newest to the oldest. */
function* backupsOf(path: string): Generator<readonly [place: number, found: BigIntStats]> {
  for (let place = 1, missing = 0; missing < MOST_MISSING; place++) {
    const found = statOf(backupName(path, place));
    missing = found === undefined ? missing + 1 : 0;
    if (found !== undefined) yield [place, found];
  }
}

function statOf(name: string): BigIntStats | undefined {
  return statSync(name, { bigint: true, throwIfNoEntry: false });
}

function isSame(found: BigIntStats | undefined, own: BigIntStats): boolean {
  return found !== undefined && found.ino === own.ino && found.dev === own.dev;
}

/** One may be on its way, one missing for another reason; behind more, there is no backup any more. */
const MOST_MISSING = MOST_FREE_NUMBERS + 3;
