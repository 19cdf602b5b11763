import * as fs from "node:fs";
import { join, relative } from "node:path";

/**
 * The folder of the control group that we are in: of version 2, or of the hierarchy of version 1 that has this controller. `null` if
 * there is none, or if it cannot be seen from here.
 */
export function ownGroup(controller: string | null = null): string | null {
  try {
    const group = fs
      .readFileSync("/proc/self/cgroup", "utf8")
      .split("\n")
      .map((line) => /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [])
      .find(([, number, names = ""]) => (controller === null ? number === "0" : names.split(",").includes(controller)));
    const mount = fs
      .readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .find((line) => isMountOf(line, controller));
    const path = group?.[3];
    if (path === undefined || mount === undefined) return null;
    const [, , , root = "", point = ""] = mount.split(" ");
    const below = relative(root, path);
    return below.startsWith("..") ? null : join(point, below);
  } catch {
    return null;
  }
}

/** proc_pid_mountinfo(5): kind, source and options of the file system are behind the dash. */
function isMountOf(line: string, controller: string | null): boolean {
  const [kind, , options = ""] = (line.split(" - ")[1] ?? "").split(" ");
  return controller === null ? kind === "cgroup2" : kind === "cgroup" && options.split(",").includes(controller);
}
