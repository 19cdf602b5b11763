import * as fs from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";

/** System calls that Node does not offer, through the optional library `koffi`. */
export interface SystemCalls {
  /** posix_spawn(3) in a session of its own, with default signals. The pid, or the name of an errno. */
  spawn(what: SpawnCall): number | string;
  /** A child that has ended, this one or any, without reaping it; `null` if there is none. */
  peek(
    pid?: number,
  ): { readonly pid: number; readonly status: number; readonly how: "exited" | "killed" | "dumped" } | null;
  /** Reaps a child that has ended. False: it has not, or is none of ours. */
  reap(pid: number): boolean;
  /** mkfifo(3). Throws nothing: `null`, or the name of an errno. */
  makeFifo(path: string, mode: number): string | null;
  /** Whether somebody has this FIFO open for reading; also true if that cannot be found out. */
  hasReader(path: string): boolean;
  /** Whether there is such a process, or with a negative number such a process group: zombies count. */
  exists(pid: number): boolean;
  /** How long this machine has been on, in the ticks of /proc, of which there are a hundred in a second; `null` if that cannot be said. */
  ticksSinceBoot(): number | null;
  /** Our soft limit of open files; `null` if that cannot be said. */
  openFiles(): number | null;
  /** Sets our soft limit of open files, and says what it was; `null` if that failed. */
  setOpenFiles(soft: number): number | null;
  /** Has the kernel make room for so many descriptors, or for as many as we may have. */
  reserveDescriptors(count: number): void;
}

export interface SpawnCall {
  readonly file: string;
  /** With argv[0]. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string | null;
  /** [ours, the program's]: an open descriptor and the number under which the program has it. */
  readonly descriptors: readonly (readonly [number, number])[];
}

/**
 * Loads them. `null` where they are not to be had: another system than Linux with glibc, no `koffi`, or `SUP_NATIVE=0`. All that
 * they do is also done without, slower: Node's spawn forks this whole process and waits for the exec, some milliseconds each
 * time, where posix_spawn shares its memory until then.
 */
export function loadSystemCalls(): SystemCalls | null {
  if (process.env["SUP_NATIVE"] === "0") return null;
  if (loaded === undefined) loaded = load();
  return loaded;
}

let loaded: SystemCalls | null | undefined;

function load(): SystemCalls | null {
  if (process.platform !== "linux") return null;
  if (process.arch !== "x64" && process.arch !== "arm64") return null;
  try {
    const require = createRequire(process.argv[1] ?? process.execPath);
    return bind(require("koffi") as typeof import("koffi"));
  } catch {
    return null;
  }
}

function bind(koffi: typeof import("koffi")): SystemCalls {
  const libc = koffi.load(null);
  const posixSpawn = libc.func(
    "int posix_spawn(_Out_ int *pid, const char *path, void *actions, void *attributes, const char **argv, const char **envp)",
  );
  const actionsInit = libc.func("int posix_spawn_file_actions_init(void *actions)");
  const actionsDestroy = libc.func("int posix_spawn_file_actions_destroy(void *actions)");
  const addDup2 = libc.func("int posix_spawn_file_actions_adddup2(void *actions, int fd, int target)");
  const addChdir = libc.func("int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)");
  const waitid = libc.func("int waitid(int type, int id, _Out_ uint8_t *info, int options)");
  const mkfifo = libc.func("int mkfifo(const char *path, int mode)");
  const open = libc.func("int open(const char *path, int flags)");
  const close = libc.func("int close(int fd)");
  const fcntl = libc.func("int fcntl(int fd, int command, int argument)");
  const kill = libc.func("int kill(int pid, int signal)");
  const clockGettime = libc.func("int clock_gettime(int clock, void *time)");
  const prlimit = libc.func("int prlimit(int pid, int resource, const void *limits, void *before)");

  const attributes = Buffer.alloc(ROOM);
  const signals = Buffer.alloc(128, 0xff);
  check(libc.func("int posix_spawnattr_init(void *attributes)")(attributes));
  check(libc.func("int posix_spawnattr_setsigdefault(void *attributes, const void *set)")(attributes, signals));
  check(libc.func("int posix_spawnattr_setsigmask(void *attributes, const void *set)")(attributes, Buffer.alloc(128)));
  const flags = SETSIGDEF | SETSIGMASK | SETSID;
  check(libc.func("int posix_spawnattr_setflags(void *attributes, int16_t flags)")(attributes, flags));

  const info = Buffer.alloc(128);
  const actions = Buffer.alloc(ROOM);
  // Soft, hard.
  const limits = new BigUint64Array(2);
  const before = new BigUint64Array(2);
  // Seconds, nanoseconds.
  const time = new BigInt64Array(2);
  return {
    spawn({ file, args, environment, directory, descriptors }) {
      const variables = Object.keys(environment).map((name) => `${name}=${environment[name]}`);
      const pid = [0];
      check(actionsInit(actions));
      try {
        if (directory !== null) check(addChdir(actions, directory));
        for (const [ours, theirs] of descriptors) check(addDup2(actions, ours, theirs));
        const failed = posixSpawn(pid, file, actions, attributes, [...args, null], [...variables, null]) as number;
        return failed === 0 ? (pid[0] ?? 0) : errnoName(failed);
      } finally {
        actionsDestroy(actions);
      }
    },
    peek(which) {
      info.fill(0, 0, 32);
      const [type, id] = which === undefined ? [P_ALL, 0] : [P_PID, which];
      if (waitid(type, id, info, WEXITED | WNOHANG | WNOWAIT) !== 0) return null;
      // siginfo_t of Linux with 64 bits: si_code at 8, si_pid at 16, si_status at 24.
      const pid = info.readInt32LE(16);
      if (pid === 0) return null;
      const code = info.readInt32LE(8);
      return {
        pid,
        status: info.readInt32LE(24),
        how: code === CLD_EXITED ? "exited" : code === CLD_DUMPED ? "dumped" : "killed",
      };
    },
    reap(pid) {
      info.fill(0, 0, 32);
      return waitid(P_PID, pid, info, WEXITED | WNOHANG) === 0 && info.readInt32LE(16) === pid;
    },
    makeFifo: (path, mode) => (mkfifo(path, mode) === 0 ? null : errnoName(koffi.errno())),
    hasReader(path) {
      // The kernel refuses with ENXIO to open one that nobody reads.
      const fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) as number;
      if (fd === -1) return koffi.errno() !== constants.errno.ENXIO;
      close(fd);
      return true;
    },
    exists: (pid) => kill(pid, 0) === 0 || koffi.errno() === constants.errno.EPERM,
    ticksSinceBoot() {
      if (clockGettime(CLOCK_BOOTTIME, time) !== 0) return null;
      return Number(time[0]) * 100 + Math.floor(Number(time[1]) / 1e7);
    },
    openFiles: () => (prlimit(0, RLIMIT_NOFILE, null, before) === 0 ? Number(before[0]) : null),
    setOpenFiles(soft) {
      if (prlimit(0, RLIMIT_NOFILE, null, before) !== 0) return null;
      limits[0] = BigInt(soft);
      limits[1] = before[1] ?? 0n;
      return prlimit(0, RLIMIT_NOFILE, limits, null) === 0 ? Number(before[0]) : null;
    },
    reserveDescriptors(count) {
      if (prlimit(0, RLIMIT_NOFILE, null, before) !== 0) return;
      const fd = fcntl(0, F_DUPFD_CLOEXEC, Math.min(count, Number(before[0])) - 1) as number;
      if (fd !== -1) close(fd);
    },
  };
}

function check(errno: unknown): void {
  if (errno !== 0) throw Object.assign(new Error(errnoName(Number(errno))), { code: errnoName(Number(errno)) });
}

function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? "EIO";
}

/** Bytes: more than any libc's posix_spawnattr_t (336) and posix_spawn_file_actions_t (80). */
const ROOM = 1024;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const P_ALL = 0;
const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
const CLD_EXITED = 1;
const CLD_DUMPED = 3;
const RLIMIT_NOFILE = 7;
const CLOCK_BOOTTIME = 7;
const { O_WRONLY, O_NONBLOCK } = fs.constants;
const O_CLOEXEC = 0o2000000;
const F_DUPFD_CLOEXEC = 1030;
