/** The name of a rotated log: `.1` is the newest backup, higher numbers are older. 0 is the log itself. */
export function backupName(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`;
}

/**
 * How many of the lowest numbers may lead nowhere, and how many there may be above the last that is wanted, while a log is
 * rotated many times a second (`Backups` says why). Whoever looks for backups looks as far.
 */
export const MOST_FREE_NUMBERS = 32;

/** The same, where so many backups are there, or wanted. */
export function mostFree(backups: number): number {
  return Math.min(backups >> 3, MOST_FREE_NUMBERS);
}
