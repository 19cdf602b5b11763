import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { descendants, endAll } from "../support/daemon.mjs";
import { percentile } from "../support/statistics.mjs";
import { Stamps } from "../support/stamps.mjs";
import { timeToEnd } from "../support/run-to-end.mjs";
import { root } from "../support/workplace.mjs";

/** From the save to main() of the changed program's replacement: noticing, evaluating, planning, stopping, starting. */
export default {
  number: 10,
  title: "config saved -> the one program that changed runs as it says",
  async run(place, { full }) {
    const results = [];
    for (const count of [1, 100, 1000]) {
      const { applied, evaluated } = await edits(place, count, full ? 40 : 12);
      const own = percentile(evaluated, 50);
      const late = percentile(applied, 95);
      const goals = [{ what: "95th percentile without the evaluator, ms,", value: late - own, atMost: 150 }];
      results.push({
        name: `save of ${count}`,
        unit: "ms",
        samples: { sup: applied, "evaluator alone": evaluated },
        goals,
      });
    }
    return results;
  },
};

async function edits(place, count, rounds) {
  const room = place.room("save");
  const config = join(room, "supervisor.config.ts");
  const stamps = new Stamps(join(place.room("fifo"), "f"));
  const save = (version) => {
    const command = (name) => `${place.program("stamp")} ${stamps.fifo} ${name}`;
    const program = (name, stamp) => `    ${name}: { command: ${JSON.stringify(command(stamp))}, startsecs: 0 },\n`;
    const others = Array.from({ length: count - 1 }, (_, index) => program(`p${index}`, "p")).join("");
    // As editors save: aside, then renamed.
    writeFileSync(
      `${config}.new`,
      `export default {\n  programs: {\n${program("v", `v${version}`)}${others}  },\n};\n`,
    );
    renameSync(`${config}.new`, config);
  };
  save(0);
  const env = { ...place.env, ...place.ways(room) };
  const all = stamps.take(count);
  const child = place.own(
    spawn(join(root, "bin/sup"), ["-c", config, "up"], { env, cwd: room, stdio: ["ignore", "ignore", "inherit"] }),
  );
  const ended = once(child, "exit");
  const applied = [];
  const evaluated = [];
  try {
    await all;
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(400); // the watcher is armed anew after each load
      const next = stamps.next((one) => one.name === `v${round}`);
      const saved = process.hrtime.bigint();
      save(round);
      applied.push(Number((await next).at - saved) / 1e6);
      evaluated.push(await evaluate(config, env));
    }
  } finally {
    endAll([child.pid, ...descendants(child.pid)]);
    await ended;
    stamps.close();
  }
  return { applied, evaluated };
}

/** The evaluator as the supervisor runs it, on the same file. */
function evaluate(file, env) {
  const context = { mode: "development", command: "up", host: hostname(), env: {} };
  const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  const request = JSON.stringify({ file, context, strict: null });
  // Not "ignore": Node ignores what is beyond the first three by not opening it.
  const answers = openSync("/dev/null", "w");
  const stdio = ["pipe", "ignore", "pipe", answers];
  const ended = timeToEnd(process.execPath, [...flags, join(root, "dist/evaluator.cjs")], {
    env,
    stdio,
    input: request,
  });
  return ended.finally(() => closeSync(answers));
}
