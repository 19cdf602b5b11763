/**
 * Decides what to execute so that a program runs as asked: its user with all groups, its limits, its directory.
 *
 * Node's own `uid` option drops the supplementary groups, and Node has raised the soft limit of open files, which children
 * inherit. Both are put right by small programs of util-linux that execute the next one in place, so the pid stays and the
 * environment is untouched (a shell in between would not do: dash adds PWD and loses variables whose names hold a dot).
 * Without such a need the program is started directly.
 *
 * Supervisor reports a failed switch, chdir or exec as two lines in the program's own stderr log and exit status 127.
 * The helpers would say it in their own words, and execvp would run garbage as a shell script, so it is all checked first,
 * as the right user, and a failure launches a process that writes the two lines.
 */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { isAbsolute } from "node:path";
import { pathBelow } from "../../files/path-below.ts";
import type { StartRequest } from "../../protocol/keeper.ts";
import { checkDirectory, checkExecutable, searchPath } from "./check-executable.ts";
import { openFilesLimit } from "../kernel/proc.ts";
import { findUser } from "./find-user.ts";

/**
 * Never throws for what the program's owner got wrong: that becomes a failing launch. Rejects with the system's error if it
 * cannot be found out now.
 *
 * @param tells the system says by itself why it does not execute a program: what is started directly is not looked at first, and
 *   if it fails, `failedLaunch` finds out why.
 */
export async function planLaunch(request: StartRequest, nofileSoft: number | null, tells = false): Promise<Launch> {
  const typed = request.argv[0] ?? request.file;
  const directory = request.directory === null ? null : pathBelow(".", request.directory);
  const name = execName(request, typed, directory);
  const file = pathBelow(directory ?? ".", name);
  const chain: string[] = [];
  if (request.uid !== null && request.uid !== process.geteuid?.()) {
    const entry = await userStage(request.uid);
    if (!entry.ok) return failingLaunch(`couldn't setuid to ${request.uid}: ${entry.reason}`);
    chain.push(...entry.stage);
    const trouble = await probe(entry.stage, directory, file);
    if (trouble === "directory") return failingLaunch(chdirFailed(request.directory, "EACCES"));
    if (trouble === "file") return failingLaunch(execFailed(typed, checkExecutable(file) ?? "EACCES"));
  }
  if (nofileSoft !== null) chain.push(...limitStage(nofileSoft));
  const rest = request.argv.slice(1);
  const [first, ...stages] = chain;
  const why = first === undefined && tells ? null : whyNot(request, directory, file);
  if (why !== null) return failingLaunch(why);
  if (first === undefined) return { file: name, argv0: typed, args: rest, directory };
  return { file: first, argv0: first, args: [...stages, nameFor(request, typed, file, directory), ...rest], directory };
}

export interface Launch {
  readonly file: string;
  readonly argv0: string;
  readonly args: readonly string[];
  readonly directory: string | null;
}

/** What takes the place of a launch that has failed with this errno: see `failingLaunch`. */
export function failedLaunch(request: Pick<StartRequest, "argv" | "directory">, launch: Launch, errno: string): Launch {
  const directory = launch.directory;
  const file = pathBelow(directory ?? ".", launch.file);
  return failingLaunch(whyNot(request, directory, file) ?? execFailed(request.argv[0] ?? launch.file, errno));
}

/** In Supervisor's words; `null`: nothing is known against it. */
function whyNot(
  request: Pick<StartRequest, "argv" | "directory">,
  directory: string | null,
  file: string,
): string | null {
  const noDirectory = directory === null ? null : checkDirectory(directory);
  if (noDirectory !== null) return chdirFailed(request.directory, noDirectory);
  const notExecutable = checkExecutable(file);
  return notExecutable === null ? null : execFailed(request.argv[0] ?? file, notExecutable);
}

/** A process that only says why the program was not executed, in Supervisor's words, and exits 127. */
function failingLaunch(why: string): Launch {
  const lines = [`supervisor: ${why}`, "supervisor: child process was not spawned"];
  return {
    file: "/bin/sh",
    argv0: "sh",
    args: ["-c", 'printf "%s\\n" "$@" >&2; exit 127', "sh", ...lines],
    directory: "/",
  };
}

function execFailed(typed: string, errno: string): string {
  return `couldn't exec ${typed}: ${errno}`;
}

function chdirFailed(directory: string | null, errno: string): string {
  return `couldn't chdir to ${directory}: ${errno}`;
}

type UserStage =
  | { readonly ok: true; readonly stage: readonly string[] }
  | { readonly ok: false; readonly reason: string };

async function userStage(uid: number): Promise<UserStage> {
  if (process.geteuid?.() !== 0) return { ok: false, reason: "Can't drop privilege as nonroot user" };
  const user = await findUser(uid);
  if (user === null) return { ok: false, reason: `Can't find uid ${uid}` };
  const setpriv = searchPath("setpriv");
  // Without it the groups would be dropped silently, which no one asked for.
  if (setpriv === null) return { ok: false, reason: "Could not set groups of effective user" };
  const stage = [setpriv, "--reuid", String(uid), "--regid", String(user.gid), "--init-groups", "--"];
  return { ok: true, stage };
}

/** Asks the kernel, as the user itself, what mode bits, access lists and mounts only half tell. */
async function probe(
  stage: readonly string[],
  directory: string | null,
  file: string,
): Promise<"directory" | "file" | null> {
  if (directory !== null && checkDirectory(directory) !== null) {
    // The plain check knows what is wrong, unless the user may not come near enough to find out.
    return (await isDenied(stage, directory)) ? "directory" : null;
  }
  const [setpriv = "", ...options] = stage;
  const script = 'cd -- "$1" 2>/dev/null || exit 3; [ -x "$2" ] || exit 4';
  return await new Promise((answer) => {
    execFile(setpriv, [...options, "/bin/sh", "-c", script, "sh", directory ?? "/", file], { cwd: "/" }, (error) => {
      answer(error?.code === 3 && directory !== null ? "directory" : error?.code === 4 ? "file" : null);
    });
  });
}

/** Whether the kernel would refuse the user the way to a folder that is none, wherever links may lead to. */
async function isDenied(stage: readonly string[], directory: string): Promise<boolean> {
  const stat = searchPath("stat");
  if (stat === null) return false;
  const [setpriv = "", ...options] = stage;
  const env = { LC_ALL: "C" };
  return await new Promise((answer) => {
    execFile(setpriv, [...options, stat, "-L", "--", `${directory}/.`], { cwd: "/", env }, (_error, _out, said) =>
      answer(/: Permission denied\s*$/.test(said)),
    );
  });
}

/** The soft limit of open files that programs had before Node raised it. */
function limitStage(soft: number): string[] {
  if ((openFilesLimit() ?? Infinity) <= soft) return [];
  const prlimit = searchPath("prlimit");
  if (prlimit !== null) return [prlimit, `--nofile=${soft}:`];
  return ["/bin/sh", "-c", `ulimit -Sn ${soft}; exec "$@"`, "sh"];
}

/**
 * The path to execute, which a script sees as `$0`. A relative one is looked up by the kernel, in the program's folder: that
 * is where Supervisor runs it from, whichever it has found before. It demands that there is one in both; here one is enough.
 */
function execName(request: StartRequest, typed: string, directory: string | null): string {
  if (isAbsolute(typed)) return request.file;
  if (typed.includes("/")) {
    const there = pathBelow(directory ?? ".", typed);
    const isThere = directory === null ? sameFile(there, request.file) : checkExecutable(there) === null;
    return isThere ? typed : request.file;
  }
  const folders = (request.environment["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const found = folders.every((folder) => isAbsolute(folder)) || directory !== null ? undefined : folders;
  return found?.map((folder) => `${folder}/${typed}`).find((path) => sameFile(path, request.file)) ?? request.file;
}

/**
 * The stages look their program up as execvp does and pass that name on as `argv[0]`. So the name as typed is used where it
 * leads to the same file, else the path.
 */
function nameFor(request: StartRequest, typed: string, file: string, directory: string | null): string {
  if (typed.startsWith("-")) return file; // would be read as an option
  const found = typed.includes("/")
    ? pathBelow(directory ?? ".", typed)
    : searchPath(typed, request.environment["PATH"] ?? "/bin:/usr/bin");
  return found !== null && sameFile(found, file) ? typed : file;
}

/** By identity: where /bin is a link to /usr/bin, the same program has two paths. */
function sameFile(a: string, b: string): boolean {
  const one = fs.statSync(a, { throwIfNoEntry: false });
  const two = fs.statSync(b, { throwIfNoEntry: false });
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}
