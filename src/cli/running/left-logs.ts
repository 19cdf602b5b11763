import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadLastGood } from "../../config/last-good.ts";
import { pathBelow } from "../../files/path-below.ts";
import { namespec, type Model, type ProcessSpec } from "../../model/model.ts";
import { selects } from "../../model/select-processes.ts";
import { isAutoLog } from "../../supervisor/auto-logs.ts";
import type { Project } from "./find-project.ts";

/** A log that a process of the daemon that ran last has left. */
export interface LeftLog {
  readonly namespec: string;
  readonly stream: "stdout" | "stderr";
  /** Absolute. */
  readonly file: string;
}

/**
 * Logs with something in them, of the chosen processes of the config that was last in force. Its model is kept on disk; so there is
 * no need to evaluate what the config says now. Empty if none ever ran here.
 */
export function leftLogs({ places, folder }: Project, names: readonly string[]): LeftLog[] {
  const model = loadLastGood(places.lastGood)?.model;
  if (model === undefined) return [];
  const processes = model.groups.flatMap((group) => group.processes).filter((spec) => selects(names, spec));
  const autoFolder = resolve(folder, model.supervisord.childlogdir ?? places.logs);
  return processes.flatMap((spec) =>
    (["stdout", "stderr"] as const).flatMap((stream) => {
      if (stream === "stderr" && spec.redirectStderr) return [];
      const file = fileOf(spec, stream, model, folder, autoFolder);
      return file === null || !hasContent(file) ? [] : [{ namespec: namespec(spec), stream, file }];
    }),
  );
}

function fileOf(
  spec: ProcessSpec,
  stream: LeftLog["stream"],
  model: Model,
  folder: string,
  autoFolder: string,
): string | null {
  const { logfile } = spec[stream];
  if (logfile.kind === "file" && logfile.path !== "") return pathBelow(folder, logfile.path);
  if (logfile.kind !== "auto") return null;
  const { identifier } = model.supervisord;
  const found = namesIn(autoFolder).filter((name) => isAutoLog(name, spec.name, stream, identifier));
  const newest = found.map((name) => join(autoFolder, name)).toSorted((a, b) => changedAt(b) - changedAt(a));
  return newest[0] ?? null;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function hasContent(file: string): boolean {
  try {
    const found = statSync(file);
    return found.isFile() && found.size > 0;
  } catch {
    return false;
  }
}
