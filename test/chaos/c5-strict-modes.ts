import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { runningPids, untilRunning } from "./load.ts";
import { World } from "./world.ts";

const STRANGER = 54_321;
const READER = 65_534;

/** Whoever can change what a config says decides what root runs. */
export const strictModes: ChaosTest = {
  id: "C5",
  title: "a config, its import or their folder that others can change; a link out; another owner",
  criterion: "root refuses each, by file and reason, and goes on with the last good config; a user is warned of each",
  async run() {
    if (process.geteuid?.() !== 0) return { figures: {}, broken: [], skipped: "it takes root to be root" };
    const world = new World("etc/supervisor.config.ts");
    const etc = join(world.folder, "etc");
    const broken: string[] = [];
    try {
      chmodSync(world.folder, 0o755);
      layOut(etc, 0);
      await world.up();
      await untilRunning(world, ["a"]);
      const before = await runningPids(world);
      let [refused, warned] = [0, 0];
      for (const [kind, { lax, says }] of Object.entries(LAX)) {
        layOut(etc, 0);
        lax(etc, STRANGER);
        const update = await world.project.sup("update", "-c", world.config);
        const said = update.stdout + update.stderr;
        if (update.exitCode !== 0 && says.test(said)) refused++;
        else broken.push(`root, ${kind}: status ${update.exitCode}: ${said}`);
        if ((await runningPids(world)).get("a") !== before.get("a"))
          broken.push(`root, ${kind}: the program was touched`);
        layOut(etc, READER);
        lax(etc, STRANGER);
        const check = await asReader(world, "check", "-c", world.config);
        if (check.status === 0 && /warning: /.test(check.said) && says.test(check.said)) warned++;
        else broken.push(`a user, ${kind}: status ${check.status}: ${check.said}`);
      }
      layOut(etc, 0);
      const update = await world.project.sup("update", "-c", world.config);
      if (update.exitCode !== 0) broken.push(`what is mended is refused: ${update.stderr}`);
      return { figures: { cases: Object.keys(LAX).length, refused, warned }, broken };
    } finally {
      await world.close();
    }
  },
};

interface Lax {
  readonly lax: (etc: string, stranger: number) => void;
  readonly says: RegExp;
}

/** A config that is fine, with all it needs, of this owner. */
function layOut(etc: string, owner: number): void {
  rmSync(etc, { recursive: true, force: true });
  mkdirSync(etc, { mode: 0o755 });
  const config = `import { seconds } from "./seconds.ts";\nexport default { programs: { a: { command: \`sleep \${seconds}\` } } };\n`;
  writeFileSync(join(etc, "seconds.ts"), SECONDS, { mode: 0o644 });
  writeFileSync(join(etc, "supervisor.config.ts"), config, { mode: 0o644 });
  for (const path of ["", "seconds.ts", "supervisor.config.ts"]) chownSync(join(etc, path), owner, owner);
}

/** Runs `sup` as a user that is not root. */
async function asReader(world: World, ...args: string[]): Promise<{ status: number; said: string }> {
  const ids = [`--reuid=${READER}`, `--regid=${READER}`, "--clear-groups"];
  const options = { env: { ...world.project.env, HOME: world.folder }, cwd: "/" };
  return await new Promise((resolve) => {
    execFile("setpriv", [...ids, realpathSync("bin/sup"), ...args], options, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
    );
  });
}

const LAX: Readonly<Record<string, Lax>> = {
  "config writable by everybody": {
    lax: (etc) => chmodSync(join(etc, "supervisor.config.ts"), 0o646),
    says: /supervisor\.config\.ts is writable by everybody \(mode 0646\)/,
  },
  "config writable by a group": {
    lax: (etc) => {
      chownSync(join(etc, "supervisor.config.ts"), statSync(etc).uid, STRANGER);
      chmodSync(join(etc, "supervisor.config.ts"), 0o664);
    },
    says: /supervisor\.config\.ts is writable by its group \(mode 0664\)/,
  },
  "import writable by everybody": {
    lax: (etc) => chmodSync(join(etc, "seconds.ts"), 0o666),
    says: /seconds\.ts is writable by .*everybody \(mode 0666\)/,
  },
  "folder writable by everybody": {
    lax: (etc) => chmodSync(etc, 0o757),
    says: /etc is writable by everybody \(mode 0757\)/,
  },
  "import of another owner": {
    lax: (etc, stranger) => chownSync(join(etc, "seconds.ts"), stranger, stranger),
    says: /seconds\.ts belongs to uid 54321/,
  },
  "import by a link into a stranger's folder": {
    lax: (etc, stranger) => {
      mkdirSync(join(etc, "theirs"));
      writeFileSync(join(etc, "theirs/seconds.ts"), SECONDS);
      for (const path of ["theirs", "theirs/seconds.ts"]) chownSync(join(etc, path), stranger, stranger);
      rmSync(join(etc, "seconds.ts"));
      symlinkSync("theirs/seconds.ts", join(etc, "seconds.ts"));
    },
    says: /theirs.* belongs to uid 54321/,
  },
  "import by a stranger's link": {
    lax: (etc, stranger) => {
      writeFileSync(join(etc, "own.ts"), SECONDS);
      rmSync(join(etc, "seconds.ts"));
      symlinkSync("own.ts", join(etc, "seconds.ts"));
      lchownSync(join(etc, "seconds.ts"), stranger, stranger);
    },
    says: /seconds\.ts belongs to uid 54321/,
  },
};

const SECONDS = "export const seconds = 1000;\n";
