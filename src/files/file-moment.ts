/**
 * Which file something was found in, and when it had been written to last: device, inode, nanoseconds. File systems such as ext4 give
 * the number of a removed inode to the next file at once, so the files of a log that is rotated often have the same few numbers in turns.
 */
export function fileMoment({ dev, ino, mtimeNs }: FileStat): string {
  return `${dev}:${ino}:${mtimeNs}`;
}

/**
 * Finds the file of such a moment among files that were written one after the other, newest first. -1 if it is gone: one that has its
 * number but follows one that was written to after that moment is another.
 */
export function findFile(files: readonly FileStat[], moment: string): number {
  const [device, inode, written] = moment.split(":");
  const found = files.findIndex(({ dev, ino }) => String(dev) === device && String(ino) === inode);
  // As an earlier version said it.
  if (found === -1 || written === undefined) return found;
  const isAfter = (file: FileStat | undefined): boolean => file !== undefined && file.mtimeNs > BigInt(written);
  return isAfter(files[found]) && isAfter(files[found + 1]) ? -1 : found;
}

/** What a `BigIntStats` says of it. */
export interface FileStat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mtimeNs: bigint;
}
