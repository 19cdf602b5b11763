import { randomBytes } from "node:crypto";
import { close, closeSync, fsync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Model } from "../model/model.ts";

/** The shape of the file; another number is another shape, which an older or newer `sup` must not guess at. */
const FORMAT = 1;

export interface LastGood {
  readonly model: Model;
  /** `LoadResult.hash` of the sources it was made from. */
  readonly hash: string;
  /** Absolute path of the config file. */
  readonly config: string;
  /** Wall clock of the store, milliseconds. */
  readonly storedAt: number;
  /** The time since everything was last started anew: another daemon of the same config has another; the first versions did not say. */
  readonly daemon?: string;
  /** Of the `sup` that stored it; the first versions did not say. */
  readonly version?: string;
}

/**
 * Keeps the last model that was accepted, so that a boot needs neither esbuild nor a valid edit. Mode 0600 because
 * environments hold secrets; written beside and renamed, so that a reader or a crash of ours never meets half a file.
 *
 * When it returns the next supervisor finds the model; nobody waits for the disk. The promise is for a power cut, after which ext4 and
 * XFS may have the name without what is in it: a boot then evaluates anew.
 *
 * @returns resolves when it is on the disk, rejects if the disk fails.
 * @throws the file system's error if it cannot be written; the file of before is then untouched.
 */
export function storeLastGood(file: string, lastGood: LastGood): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  // "wx": a planted symlink of that name is refused, not followed.
  const descriptor = openSync(beside, "wx", 0o600);
  try {
    const bytes = Buffer.from(`${JSON.stringify({ format: FORMAT, ...lastGood })}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    renameSync(beside, file);
  } catch (error) {
    closeSync(descriptor);
    rmSync(beside, { force: true });
    throw error;
  }
  return new Promise((resolve, reject) => {
    fsync(descriptor, (failed) => close(descriptor, () => (failed === null ? resolve() : reject(failed))));
  });
}

/** The stored model, or `null` if there is none or the file is not ours to understand: a boot then evaluates anew. */
export function loadLastGood(file: string): LastGood | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
  return isLastGood(parsed)
    ? {
        model: parsed.model,
        hash: parsed.hash,
        config: parsed.config,
        storedAt: parsed.storedAt,
        version: String(parsed.version ?? ""),
        ...(typeof parsed.daemon === "string" ? { daemon: parsed.daemon } : {}),
      }
    : null;
}

function isLastGood(value: unknown): value is LastGood {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<"format" | keyof LastGood, unknown>>;
  if (record.format !== FORMAT || typeof record.hash !== "string" || typeof record.config !== "string") return false;
  if (typeof record.storedAt !== "number") return false;
  const model = record.model as Partial<Record<keyof Model, unknown>> | null | undefined;
  return typeof model === "object" && model !== null && Array.isArray(model.groups) && Array.isArray(model.servers);
}
