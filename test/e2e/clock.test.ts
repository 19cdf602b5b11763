import { readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programs, Project } from "../support/project.ts";

// The wall clock of keeper and supervisor jumps while three things are waited for: startsecs, stopwaitsecs and the wait before the
// next try. Each comes when it would have come anyhow: never early, and not an hour late.

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

test.concurrent.each([
  ["an hour ahead", HOUR],
  ["an hour back", -HOUR],
  ["ten years ahead", 10 * YEAR],
  ["ten years back", -10 * YEAR],
])("a wall clock that jumps %s makes nothing early or late", async (_, shift) => {
  const project = new Project();
  try {
    Object.assign(project.env, {
      NODE_OPTIONS: `--require ${programs}/shifted-clock.cjs`,
      SUP_TEST_SHIFT: join(project.folder, "shift"),
    });
    const stubborn = "sh -c 'trap \"\" TERM; while :; do sleep 0.1; done'";
    const starting = { command: "sleep 1000", startsecs: 5 };
    const stopping = { command: stubborn, startsecs: 0, stopwaitsecs: 5 };
    // Tried again after 1, 2 and 3 seconds.
    const failing = { command: "sh -c 'exit 1'", startsecs: 5, startretries: 3 };
    project.write("supervisor.config.json", JSON.stringify({ programs: { starting, stopping, failing } }));

    const began = performance.now();
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    await said(project, "success: stopping entered RUNNING");
    const stopped = performance.now();
    expect((await project.sup("stop", "--no-wait", "stopping")).exitCode).toBe(0);
    // Renamed into place, so that nobody reads half a number.
    project.write("shift.new", String(shift));
    renameSync(join(project.folder, "shift.new"), join(project.folder, "shift"));

    // From before they began, so that a slow machine can only make these longer.
    const after = async (text: string, since: number): Promise<number> => {
      await said(project, text);
      return performance.now() - since;
    };
    const [ran, killed, gaveUp] = await Promise.all([
      after("success: starting entered RUNNING", began),
      after("killing 'stopping'", stopped),
      after("gave up: failing entered FATAL", began),
    ]);
    expect({ ran: ran >= 5000, killed: killed >= 5000, gaveUp: gaveUp >= 6000 }).toEqual({
      ran: true,
      killed: true,
      gaveUp: true,
    });
    // The jump was noticed where it should be: what people are shown.
    const year = new Date(Date.now() + shift).getFullYear();
    expect(mainLog(project).trim().split("\n").at(-1)).toMatch(new RegExp(`^${year}-`));
  } finally {
    await project.close();
  }
});

function mainLog(project: Project): string {
  const top = project.env["SUP_STATE_DIR"] ?? "";
  return readFileSync(join(top, readdirSync(top)[0] ?? "", "supervisord.log"), "utf8");
}

async function said(project: Project, text: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!mainLog(project).includes(text)) {
    if (performance.now() > deadline) throw new Error(`waited in vain for "${text}":\n${mainLog(project)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
