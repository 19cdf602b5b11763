import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

export const root = resolve(import.meta.dirname ?? ".", "../..");
export const debian = { supervisord: "/usr/bin/supervisord", supervisorctl: "/usr/bin/supervisorctl" };
const peers = join(root, "bench/peers/node_modules/.bin");

/** A folder for one run, the C programs compiled into it, and which contenders this machine has. */
export function openWorkplace() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-bench-")));
  // Sockets, pipes and registry are in /run on a real machine, which is in memory.
  const memory = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/sup-bench-") : mkdtempSync(join(folder, "memory-"));
  let last = 0;
  const running = new Set();
  // An interrupted run leaves nothing behind either.
  process.on("exit", () => running.forEach((child) => child.kill("SIGTERM")));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
  // Certificates that are read at every start of Node are not what is measured here.
  const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...env } = process.env;
  return {
    folder,
    env: { ...env, PM2_HOME: join(folder, "pm2") },
    /** The compiled program of bench/programs. */
    program(name) {
      const file = join(folder, name);
      if (!existsSync(file)) execFileSync("cc", ["-O2", "-o", file, join(root, "bench/programs", `${name}.c`)]);
      return file;
    },
    /** Ends the child with this run, at the latest. */
    own(child) {
      running.add(child);
      child.once("exit", () => running.delete(child));
      return child;
    },
    /** A new empty folder, on disk unless it has to be in memory. */
    room(name, inMemory = false) {
      const room = join(inMemory ? memory : folder, `${name}-${(last += 1)}`);
      mkdirSync(room);
      return room;
    },
    /** Where our daemon in this room keeps its things. */
    ways: (room) => ({ SUP_RUNTIME_DIR: join(memory, basename(room)), SUP_STATE_DIR: join(room, "state") }),
    /** Of a process, its parts separated by NUL; "" if it is gone. */
    commandLine(pid) {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    },
    /** The path of a peer's command, or null if it is not installed. */
    peer(command) {
      const known = [debian[command], join(peers, command), `/usr/bin/${command}`, `/bin/${command}`];
      return known.find((file) => file !== undefined && basename(file) === command && existsSync(file)) ?? null;
    },
    close() {
      for (const one of [folder, memory]) rmSync(one, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
