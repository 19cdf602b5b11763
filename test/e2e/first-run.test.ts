import { execa } from "execa";
import { chownSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

// docs/first-run.md as an ordinary user follows it: its files, on Debian's path for users who are not root. Only ports and the
// places in /tmp are others, since other tests run meanwhile.

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/first-run.md"), "utf8");
const UID = process.getuid?.() === 0 ? 65534 : null;
let folder: string;
/** By those of the page. */
let ports: Record<number, number>;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-e2e-")));
  const { web, others } = await freePorts();
  ports = { 3000: web, 3001: web + 1, 3002: web + 2, 6390: others[0], 8080: others[1] };
  for (const name of ["server.mjs", "worker.mjs", "nginx.conf", "supervisor.config.ts"]) {
    const text = fileOf(name).replaceAll("/tmp/first-run", join(folder, "first-run"));
    const moved = text.replaceAll(/\b(?:3000|3001|3002|6390|8080)\b/g, (port) => String(ports[Number(port)] ?? port));
    writeFileSync(join(folder, name), moved);
    if (UID !== null) chownSync(join(folder, name), UID, UID);
  }
  if (UID !== null) chownSync(folder, UID, UID);
});

afterEach(async () => {
  await sup("down");
  rmSync(folder, { recursive: true, force: true });
});

test("the first run of the documentation works for an ordinary user, and says what is written there", async () => {
  const up = await sup("up", "--wait", "--timeout", "90s");
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  const config = readFileSync(join(folder, "supervisor.config.ts"), "utf8");
  const answer = async (port = ports[3000]): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();
  expect(await answer(ports[8080])).toMatch(/^hello from \d+\n$/);

  const edit = (from: string, to: string): void =>
    writeFileSync(join(folder, "supervisor.config.ts"), config.replace(from, to));
  edit('"hello"', '"good evening"');
  await holds(async () => (await answer()).startsWith("good evening"), "the edit");

  edit("numprocs: 3", 'numprocs: "three"');
  await holds(async () => (await sup("status")).stderr.includes("config is stale"), "the mistake to be seen");
  const { stderr } = await sup("status");
  const promised = /^config is stale: [\s\S]*?^ +\| +\^$/m.exec(page)?.[0] ?? "not in the page";
  expect(stderr).toContain(promised.replaceAll("/home/me/project", folder));
  expect(await answer()).toContain("good evening");

  expect(await sup("down")).toMatchObject({ exitCode: 0, stdout: "Stopped." });
});

function fileOf(name: string): string {
  const [, text] =
    new RegExp(`\`${name.replaceAll(".", "\\.")}\`:\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/first-run.md has no ${name}`);
  return text;
}

async function sup(...args: string[]): Promise<{ stdout: string; stderr: string; exitCode: number | undefined }> {
  const words = [join(root, "bin/sup"), ...args];
  const drop = ["setpriv", "--reuid", String(UID), "--regid", String(UID), "--clear-groups"];
  const [command = "", ...rest] = UID === null ? words : [...drop, ...words];
  const { stdout, stderr, exitCode } = await execa(command, rest, {
    cwd: folder,
    env: {
      // Node may be installed elsewhere.
      PATH: `/usr/local/bin:/usr/bin:/bin:${dirname(process.execPath)}`,
      HOME: folder,
      SUP_RUNTIME_DIR: join(folder, ".run"),
      SUP_STATE_DIR: join(folder, ".state"),
    },
    extendEnv: false,
    reject: false,
    timeout: 120_000,
  });
  return { stdout, stderr, exitCode };
}

/** Looks again and again: the fact itself is what is waited for. */
async function holds(fact: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await fact().catch(() => false));) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Three in a row, and two others. */
async function freePorts(): Promise<{ web: number; others: readonly [number, number] }> {
  const taken: ReturnType<typeof createServer>[] = [];
  const take = (port: number): Promise<number | null> =>
    new Promise((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(null));
      server.listen(port, "127.0.0.1", () => {
        taken.push(server);
        resolve((server.address() as { port: number }).port);
      });
    });
  try {
    for (;;) {
      const web = (await take(0)) ?? 0;
      if ((await take(web + 1)) === null || (await take(web + 2)) === null) continue;
      return { web, others: [(await take(0)) ?? 0, (await take(0)) ?? 0] };
    }
  } finally {
    await Promise.all(taken.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
