import { execFile, spawn } from "node:child_process";
import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ChaosTest } from "./chaos-test.ts";
import { untilRunning } from "./load.ts";
import { daemonPids, pause, World } from "./world.ts";

const NOBODY = 65534;

/** What lies on disk is for its owner; and a log is not written through a link that somebody else put there. */
export const permissions: ChaosTest = {
  id: "X11",
  title: "modes of everything a daemon makes; a log that is a stranger's symlink",
  criterion:
    "sockets, state and FIFOs 0600, folders 0700, logs at most 0640; the file behind a foreign link untouched, and never opened",
  comparable: true,
  async run({ world: makeWorld }) {
    const world = makeWorld();
    try {
      const trap = join(world.folder, "trap");
      const secret = join(world.folder, "secret");
      mkdirSync(trap);
      writeFileSync(secret, "root's own\n", { mode: 0o600 });
      symlinkSync(secret, join(trap, "app.log"));
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) chownSync(trap, NOBODY, NOBODY);
      const say = "sh -c 'echo hello; exec sleep 1000'";
      world.configure({
        plain: { command: say, stdoutLogfile: undefined, startsecs: 0 },
        ...(isRoot
          ? {
              trapped: {
                command: say,
                stdoutLogfile: join(trap, "app.log"),
                startsecs: 0,
                startretries: 1,
                autostart: false,
              },
            }
          : {}),
      });
      await world.up();
      await untilRunning(world, ["plain"]);
      const opened = isRoot
        ? await opensWhile(world, secret, () => world.client.call("start", { names: ["trapped"] }))
        : null;
      const { lax, looked } = audit(world);
      // The other daemon of a comparison is started by root only.
      const asUser = isRoot && world.survivesKills ? await auditAsUser() : { lax: [], looked: 0 };
      lax.push(...asUser.lax);
      const touched = readFileSync(secret, "utf8") !== "root's own\n";
      const { processes } = await world.status();
      const trapped = processes.find((one) => one.name === "trapped");
      return {
        figures: {
          files: looked,
          filesAsUser: asUser.looked,
          lax: lax.length,
          linkFollowed: touched,
          opensOfWhatIsBehindIt: opened ?? "not root",
          trapped: trapped?.state ?? "not root",
          why: trapped?.why ?? "",
        },
        broken: [
          ...lax,
          ...(touched ? ["output was written through a stranger's link"] : []),
          ...(isRoot && opened === null ? ["strace is missing, or may not look at the daemon"] : []),
          ...((opened ?? 0) > 0 ? [`${opened} opens went through a stranger's link`] : []),
        ],
      };
    } finally {
      await world.close();
    }
  },
};

/** How often the daemon opened a file, by whatever name, during `act` and a moment after it. `null` where strace is not to be had. */
async function opensWhile(world: World, file: string, act: () => Promise<unknown>): Promise<number | null> {
  const trace = join(world.folder, "opens");
  const pids = daemonPids(await world.status()).flatMap((pid) => ["-p", String(pid)]);
  const args = ["-f", "-y", "-e", "trace=open,openat,openat2,creat", "-o", trace, ...pids];
  const strace = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((done) => void strace.once("close", () => done()).once("error", () => done()));
  let attached = 0;
  strace.stderr.on("data", (text: Buffer) => (attached += text.toString().split(" attached").length - 1));
  await Promise.race([ended, world.until(() => attached >= pids.length / 2, "strace to be attached")]);
  await act().catch(() => null);
  await pause(2500);
  strace.kill("SIGINT");
  await ended;
  return attached === 0 ? null : readFileSync(trace, "utf8").split(`<${file}>`).length - 1;
}

/** Everything that a daemon made for itself: what others could do with it. `owner`: whose it has to be, if that matters. */
function audit(world: World, owner?: number): { lax: string[]; looked: number } {
  const lax: string[] = [];
  let looked = 0;
  const look = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const stat = lstatSync(path);
      looked++;
      const isLog = path.startsWith(world.places.logs) || name.endsWith(".log");
      const most = stat.isDirectory() ? 0o700 : isLog ? 0o640 : 0o600;
      if ((stat.mode & 0o777 & ~most) !== 0) lax.push(`${path} has mode ${(stat.mode & 0o777).toString(8)}`);
      if (owner !== undefined && stat.uid !== owner) lax.push(`${path} belongs to ${stat.uid}`);
      if (stat.isDirectory()) look(path);
    }
  };
  for (const folder of world.daemonFolders) look(folder);
  return { lax, looked };
}

/** The same of a daemon that nobody has started. */
async function auditAsUser(): Promise<{ lax: string[]; looked: number }> {
  const world = new World();
  try {
    world.configure({
      plain: { command: "sh -c 'echo hello; exec sleep 1000'", stdoutLogfile: undefined, startsecs: 0 },
    });
    for (const path of [world.folder, world.truth, world.logs, world.config]) chownSync(path, NOBODY, NOBODY);
    const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const args = [...ids, realpathSync("bin/sup"), "up", "-d", "--no-watch", "-c", world.config];
    await promisify(execFile)("setpriv", args, {
      cwd: world.folder,
      env: { ...world.project.env, HOME: world.folder },
    });
    await untilRunning(world, ["plain"]);
    return audit(world, NOBODY);
  } finally {
    await world.close();
  }
}
