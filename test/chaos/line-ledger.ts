/**
 * Reads what a writer (test/programs/writer.pl) left in its log and counts what the log lost, doubled or garbled.
 *
 * A writer numbers its lines from 0 in each life, and counts them in a file of its own after each write. So a log is whole if
 * the lines of each life follow one another without a gap and there are as many as were counted: one more at most, if the
 * writer was killed between the write and the count.
 */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface LineAccount {
  lines: number;
  lost: number;
  doubled: number;
  garbled: number;
  /** Bytes of the longest run of lost lines. */
  widestGap: number;
  gaps: number;
}

export function emptyAccount(): LineAccount {
  return { lines: 0, lost: 0, doubled: 0, garbled: 0, widestGap: 0, gaps: 0 };
}

/**
 * `files`: the log, oldest part first. `truth`: the writers' folder. `pending`: bytes at the end that a stopped daemon may
 * still have unread are none: stop everything first.
 */
export async function auditLines(name: string, files: readonly string[], truth: string): Promise<LineAccount> {
  const account = emptyAccount();
  const next = new Map<string, number>();
  const seen = (pid: string, seq: number, bytes: number): void => {
    const expected = next.get(pid) ?? 0;
    if (seq < expected) {
      account.doubled++;
      return;
    }
    if (seq > expected) miss(account, seq - expected, bytes);
    next.set(pid, seq + 1);
    account.lines++;
  };
  let length = 0;
  let rest = "";
  for (const file of files) {
    if (!existsSync(file)) continue;
    for await (const chunk of createReadStream(file, { encoding: "latin1", highWaterMark: 1024 * 1024 })) {
      const lines = (rest + (chunk as string)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [who, pid = "", seq = "", fill = ""] = line.split(" ");
        if (who !== name || !/^\d+$/.test(seq) || !/^\.*$/.test(fill)) {
          account.garbled++;
          continue;
        }
        length = line.length + 1;
        seen(pid, Number(seq), length);
      }
    }
  }
  if (rest !== "") account.garbled++;
  for (const [pid, count] of next) {
    const counted = countOf(truth, name, pid);
    if (counted > count) miss(account, counted - count, length);
  }
  return account;
}

/** Like `auditLines` for one life whose lines lie in many files, in whatever order. No line may go on in another file. */
export async function auditScattered(name: string, files: readonly string[], truth: string): Promise<LineAccount> {
  const account = emptyAccount();
  const seen = new Map<string, Set<number>>();
  for (const file of files) {
    const lines = readFileSync(file, "latin1").split("\n");
    if (lines.pop() !== "") account.garbled++;
    for (const line of lines) {
      const [who, pid = "", seq = "", fill = ""] = line.split(" ");
      if (who !== name || !/^\d+$/.test(seq) || !/^\.*$/.test(fill)) {
        account.garbled++;
        continue;
      }
      const numbers = seen.get(pid) ?? new Set();
      if (numbers.has(Number(seq))) account.doubled++;
      else account.lines++;
      seen.set(pid, numbers.add(Number(seq)));
    }
  }
  for (const [pid, numbers] of seen) {
    const most = countOf(truth, name, pid);
    if (most > numbers.size) account.lost += most - numbers.size;
  }
  return account;
}

/** How many lines a life of a writer says it has written. */
export function countOf(truth: string, name: string, pid: string): number {
  try {
    return Number(readFileSync(join(truth, `${name}.${pid}.count`), "latin1"));
  } catch {
    return 0;
  }
}

export function addAccounts(accounts: readonly LineAccount[]): LineAccount {
  const sum = emptyAccount();
  for (const one of accounts) {
    sum.lines += one.lines;
    sum.lost += one.lost;
    sum.doubled += one.doubled;
    sum.garbled += one.garbled;
    sum.gaps += one.gaps;
    sum.widestGap = Math.max(sum.widestGap, one.widestGap);
  }
  return sum;
}

function miss(account: LineAccount, lines: number, bytes: number): void {
  account.lost += lines;
  account.gaps++;
  account.widestGap = Math.max(account.widestGap, lines * bytes);
}
