import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { namesIn } from "../files/names-in.ts";
import { readRegular } from "../files/read-regular.ts";
import type { Look, Looks } from "./save-detector.ts";

/** Looks at every path once. Never throws: what cannot be read is missing. */
export function lookAtFiles(files: readonly string[]): Looks {
  return new Map([...new Set(files)].sort().map((file) => [file, lookAt(file)]));
}

/** `LoadResult.hash` of the same contents: what the loader read can be compared with what is there now. */
export function hashOf(looks: Looks): string {
  const hash = createHash("sha256");
  for (const [file, look] of looks) hash.update(`${file}\0${look.digest}\n`);
  return hash.digest("hex");
}

/** Cheap signs of change of all paths, without reading contents: for file systems that send no events (NFS). */
export function stampsOf(files: readonly string[]): string {
  return files.map(stampOf).join("\n");
}

function lookAt(file: string): Look {
  try {
    const stamp = stampOf(file);
    if (statSync(file).isDirectory()) {
      return { kind: "folder", digest: `folder ${JSON.stringify(namesIn(file))}`, stamp: "", text: "" };
    }
    const bytes = readRegular(file);
    const digest = createHash("sha256").update(bytes).digest("hex");
    return { kind: "file", digest, stamp, text: bytes.toString("utf8") };
  } catch {
    return { kind: "missing", digest: "missing", stamp: "", text: "" };
  }
}

// Not the time of change of the inode (ctime): a chmod is no write.
function stampOf(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    return "missing";
  }
}
