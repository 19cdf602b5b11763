import { afterEach, beforeEach, expect, test } from "vitest";
import { killRooted, prepareRooted, untilRooted } from "../support/rooted-program.ts";
import { closePair, eventually, lives, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// A process that could not be signalled is UNKNOWN: what can be asked of it then, and what becomes of it.

const STAYS = "[program:stays]\ncommand=sleep 1000\nstdout_logfile=NONE\nstderr_logfile=NONE\n";

let pair: readonly [Side, Side];
let ours: Side;
const rooted = new Set<number>();

beforeEach(async () => {
  pair = makePair();
  ours = pair[0];
  for (const side of pair) prepareRooted(side, "");
});
afterEach(async () => {
  for (const pid of rooted) if (lives(pid)) await killRooted(pid);
  rooted.clear();
  await closePair(pair);
});

const pidOf = (side: Side, name: string): number => Number(side.ctl("pid", name));

/** Starts the daemon, and stops the program that it cannot stop. Its pid. */
async function makeUnknown(side: Side): Promise<number> {
  await side.start();
  await side.until("success: rooted");
  await untilRooted(side);
  const pid = pidOf(side, "rooted");
  rooted.add(pid);
  expect(side.ctl("stop", "rooted")).toMatch(/^FAILED: /);
  expect(side.ctl("status", "rooted")).toMatch(/^rooted +UNKNOWN/);
  return pid;
}

/** After a restart of everything, or a start. */
async function untilBegun(side: Side, times: number): Promise<void> {
  await eventually(() => side.log.split("supervisord started with pid").length - 1 === times);
  // While it restarts, ours makes clients wait; Supervisor refuses them.
  await eventually(() => side.ctl("status").includes("rooted"));
}

test("both refuse in the same words to start, stop and signal it", async () => {
  const asked = [
    "stop all",
    "stop rooted",
    "start rooted",
    "start all",
    "restart rooted",
    "signal HUP rooted",
    "update",
  ]
    .concat("status")
    .map((words) => words.split(" "));
  const [said, theirs] = await onBoth(pair, async (side) => {
    const pid = await makeUnknown(side);
    const answers = asked.map((words) => `${words.join(" ")}: ${side.ctl(...words)}`);
    expect(pidOf(side, "rooted")).toBe(pid);
    return answers;
  });
  expect(said).toEqual(theirs);
  expect(said.join("")).toContain("stop rooted: rooted: ERROR (not running)");
});

test("SIGHUP restarts all others, and takes it over as it runs: Supervisor starts a second one", async () => {
  for (const side of pair) side.write("supervisord.conf", side.read("supervisord.conf") + STAYS);
  const [mine, theirs] = await onBoth(pair, async (side) => {
    const pid = await makeUnknown(side);
    const stays = pidOf(side, "stays");
    side.signal("SIGHUP");
    await untilBegun(side, 2);
    await eventually(() => /rooted +RUNNING[^]*stays +RUNNING/.test(side.ctl("status")));
    expect(pidOf(side, "stays")).not.toBe(stays);
    rooted.add(pidOf(side, "rooted"));
    expect(lives(pid)).toBe(true);
    return { pid, now: pidOf(side, "rooted") };
  });
  expect(theirs.now).not.toBe(theirs.pid);
  expect(mine.now).toBe(mine.pid);
  expect(ours.log).toContain(`INFO adopted: 'rooted' with pid ${mine.pid}`);
  expect(ours.log).not.toContain("spawnerr");
});

test("a shutdown leaves it, and the next daemon takes it over and starts the others", async () => {
  ours.write("supervisord.conf", ours.read("supervisord.conf") + STAYS);
  const pid = await makeUnknown(ours);
  ours.signal("SIGTERM");
  await ours.until(`WARN rooted (pid ${pid}) could not be signalled, and runs on`);
  await eventually(() => ours.pid === 0);
  await ours.start();
  await untilBegun(ours, 2);
  await eventually(() => /rooted +RUNNING[^]*stays +RUNNING/.test(ours.ctl("status")));
  expect(pidOf(ours, "rooted")).toBe(pid);
  expect(ours.log).not.toContain("was killed");
});

test("out of the config at a SIGHUP, it is left alone once more, with a line", async () => {
  const pid = await makeUnknown(ours);
  ours.configure(STAYS, "user=nobody");
  ours.signal("SIGHUP");
  await ours.until(`rooted:rooted (pid ${pid}) is in the config no more: stopping it`);
  await eventually(() => ours.ctl("status").includes("stays"));
  expect(ours.ctl("status")).not.toContain("rooted");
  expect(lives(pid)).toBe(true);
});

test("when it ends after all it is STOPPED, and can be started again: Supervisor falls over", async () => {
  const pid = await makeUnknown(ours);
  await killRooted(pid);
  await ours.until("WARN stopped: rooted (terminated by SIGKILL)");
  expect(ours.ctl("start", "rooted")).toBe("rooted: started\n");
  rooted.add(pidOf(ours, "rooted"));
});
