import { mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { programs } from "../support/project.ts";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// AUTO logs of programs that have said nothing yet, which nobody has open here: removed, renamed and replaced, on both daemons.

const NAMES = ["restarted", "killed", "reopened", "moved", "emptied", "blocked"];
const CONFIG = NAMES.map(
  (name) =>
    `[program:${name}]\ncommand=${join(programs, "puppet.sh")}\nstartsecs=0\nstartretries=0\nredirect_stderr=true\n`,
).join("");

const pair = makePair();
const found = new Map<Side, Record<string, unknown>>();

/** The log of a program; "nothing" if it is not there. */
function logOf(side: Side, name: string): string {
  const file = readdirSync(side.path("auto")).find((one) => one.startsWith(`${name}-`) && one.endsWith(".log"));
  return file === undefined ? "nothing" : side.read(`auto/${file}`);
}

async function says(side: Side, name: string): Promise<string> {
  await call(side, "sendProcessStdin", name, `echo said by ${name}\n`);
  await eventually(() => logOf(side, name) === `said by ${name}\n`);
  return logOf(side, name);
}

beforeAll(() =>
  onBoth(pair, async (side) => {
    side.configure(CONFIG);
    side.foreground();
    for (const name of NAMES) await side.until(`success: ${name} entered RUNNING`);
    const look: Record<string, unknown> = {};
    found.set(side, look);
    const paths = Object.fromEntries(
      NAMES.map((name) => [
        name,
        side.path(`auto/${readdirSync(side.path("auto")).find((one) => one.startsWith(`${name}-stdout`)) ?? ""}`),
      ]),
    );
    const path = (name: string): string => paths[name] ?? "";
    const tail = (name: string): string => side.ctl("tail", name);

    for (const name of NAMES.filter((one) => one !== "moved")) rmSync(path(name));
    renameSync(path("moved"), side.path("copy"));
    look["missing"] = NAMES.map(tail);
    look["restarted"] = [side.ctl("restart", "restarted"), logOf(side, "restarted"), await says(side, "restarted")];
    look["emptied"] = [side.ctl("clear", "emptied"), logOf(side, "emptied"), await says(side, "emptied")];
    await call(side, "sendProcessStdin", "killed", "sleep 1000 & kill -9 $$\n");
    await side.until(/exited: killed [^]*success: killed entered RUNNING/);
    look["killed"] = [logOf(side, "killed"), await says(side, "killed")];
    side.signal("SIGUSR2");
    await eventually(() => ["reopened", "moved"].every((name) => logOf(side, name) === ""));
    look["reopened"] = ["reopened", "moved"].map(tail);
    look["reopened, then written"] = [await says(side, "reopened"), await says(side, "moved"), side.read("copy")];

    side.ctl("stop", "blocked");
    rmSync(path("blocked"), { force: true });
    mkdirSync(path("blocked"));
    look["a folder"] = [
      side.ctl("start", "blocked"),
      side.linesOf("blocked").filter((line) => line.includes("spawnerr")),
    ];
    await side.until("gave up: blocked entered FATAL");
    rmdirSync(path("blocked"));
    look["no folder"] = [side.ctl("start", "blocked"), await says(side, "blocked")];
  }),
);
afterAll(() => closePair(pair));

describe("both daemons agree on the log of a silent program that is", () => {
  test.each([
    "missing",
    "restarted",
    "emptied",
    "killed",
    "reopened",
    "reopened, then written",
    "a folder",
    "no folder",
  ])("%s", (what) => {
    const [ours, real] = pair.map((side) => found.get(side)?.[what]);
    expect(ours).toBeDefined();
    expect(ours).toEqual(real);
  });
});

test("it is there again when its program starts, when it is cleared, and after SIGUSR2", () => {
  for (const side of pair) {
    const look = found.get(side) ?? {};
    expect(look["restarted"]).toEqual(["restarted: stopped\nrestarted: started\n", "", "said by restarted\n"]);
    expect(look["killed"]).toEqual(["", "said by killed\n"]);
    expect(look["reopened, then written"]).toEqual(["said by reopened\n", "said by moved\n", ""]);
  }
});
