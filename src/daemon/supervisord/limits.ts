import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SupervisordUsageError } from "./getopt.ts";
import type { Notice } from "./launch.ts";

export interface WantedLimits {
  readonly minfds: number;
  readonly minprocs: number;
}

export interface RaisedLimits {
  /** Soft limit of open files that programs get; `null`: as it is. */
  readonly nofileSoft: number | null;
  readonly notices: readonly Notice[];
  /** Limits of this process were changed; children that it has already do not have them. */
  readonly set: boolean;
}

/**
 * Sees to it that as many files and processes may be opened as the config wants, for this process and all that come from it.
 * Limits that are high enough stay as they are. Where the system does not tell its limits, nothing is done.
 *
 * Node has raised its own soft limit of open files already, so the one that programs are to get comes in from outside.
 *
 * @param launcherSoft the soft limit of open files that this process was started with, if known.
 * @param mayRaiseHard whether the daemon will run as root: only root may go beyond the hard limits.
 * @throws SupervisordUsageError if a limit cannot be had.
 */
export function raiseLimits(wanted: WantedLimits, launcherSoft: number | null, mayRaiseHard: boolean): RaisedLimits {
  const notices: Notice[] = [];
  const files = readLimit("Max open files");
  let nofileSoft = launcherSoft;
  let set = false;
  if (files !== null && (launcherSoft ?? files.soft) < wanted.minfds) {
    if (files.hard < wanted.minfds) {
      const raised = mayRaiseHard && setLimit("nofile", wanted.minfds, wanted.minfds);
      if (!raised) throw new SupervisordUsageError(tooFewFiles(wanted.minfds, files.hard));
      set = true;
    }
    nofileSoft = wanted.minfds;
    notices.push({ level: "info", text: `Increased RLIMIT_NOFILE limit to ${wanted.minfds}` });
  }
  const processes = readLimit("Max processes");
  if (processes !== null && processes.soft < wanted.minprocs) {
    const hard = Math.max(processes.hard, wanted.minprocs);
    const raised = (hard === processes.hard || mayRaiseHard) && setLimit("nproc", wanted.minprocs, hard);
    if (!raised) throw new SupervisordUsageError(tooFewProcesses(wanted.minprocs, processes.hard));
    set = true;
    notices.push({ level: "info", text: `Increased RLIMIT_NPROC limit to ${wanted.minprocs}` });
  }
  return { nofileSoft, notices, set };
}

function readLimit(name: string): { readonly soft: number; readonly hard: number } | null {
  let text: string;
  try {
    text = readFileSync("/proc/self/limits", "utf8");
  } catch {
    return null;
  }
  const line = text.split("\n").find((each) => each.startsWith(name));
  const [soft, hard] = (line?.slice(name.length).trim().split(/\s+/) ?? []).map((word) =>
    word === "unlimited" ? Infinity : Number(word),
  );
  return soft === undefined || hard === undefined ? null : { soft, hard };
}

/** Node cannot set limits; `prlimit` of util-linux sets those of any process of the same user. */
function setLimit(name: string, soft: number, hard: number): boolean {
  const text = (value: number): string => (value === Infinity ? "unlimited" : String(value));
  try {
    execFileSync("prlimit", ["--pid", String(process.pid), `--${name}=${text(soft)}:${text(hard)}`], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

// Supervisor's words; it names the wanted number where the hard limit belongs, which helps nobody.

function tooFewFiles(wanted: number, hard: number): string {
  return (
    `The minimum number of file descriptors required to run this process is ${wanted} as per the "minfds" command-line ` +
    `argument or config file setting. The current environment will only allow you to open ${hard} file descriptors.  ` +
    "Either raise the number of usable file descriptors in your environment (see README.rst) or lower the minfds " +
    "setting in the config file to allow the process to start."
  );
}

function tooFewProcesses(wanted: number, hard: number): string {
  return (
    `The minimum number of available processes required to run this program is ${wanted} as per the "minprocs" ` +
    `command-line argument or config file setting. The current environment will only allow you to open ${hard} ` +
    "processes.  Either raise the number of usable processes in your environment (see README.rst) or lower the " +
    "minprocs setting in the config file to allow the program to start."
  );
}
