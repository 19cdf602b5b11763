import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing, as `mkdir -p`; one that is there stays as it is. Node's own `recursive` tries for
 * ever where nothing can be made in a folder that is there, as in /proc.
 *
 * @throws the system's error.
 */
export function makeFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (kindOf(folder) === "folder") return;
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || kindOf(above) !== null) throw error;
    makeFolder(above, mode);
    makeFolder(folder, mode);
  }
}

/** Behind links. `null` for what is not there, or leads nowhere. */
function kindOf(path: string): "folder" | "other" | null {
  try {
    return statSync(path).isDirectory() ? "folder" : "other";
  } catch {
    return null;
  }
}
