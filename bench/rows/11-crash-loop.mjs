import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Daemon } from "../support/daemon.mjs";
import { section } from "../support/sections.mjs";
import { Stamps } from "../support/stamps.mjs";
import { cpu } from "../support/usage.mjs";

export default {
  number: 11,
  title: "100 programs that exit as soon as they run, without limit",
  async run(place, { full }) {
    const used = { sup: [], supervisord: [] };
    const rates = { sup: [], supervisord: [] };
    let slowest = 0;
    for (let round = 0; round < (full ? 5 : 2); round += 1) {
      for (const kind of round % 2 === 0 ? ["sup", "supervisord"] : ["supervisord", "sup"]) {
        const stamps = new Stamps(join(place.room("fifo"), "f"));
        const programs = section("x", `${place.program("stamp")} ${stamps.fifo} x exit`, 100, "autorestart=true");
        const all = stamps.take(100);
        const daemon = new Daemon(place, kind, programs).start();
        await all;
        // Only ours is asked: supervisord was not seen to answer while all its programs crash; the cause was not looked for.
        const connection = kind === "sup" ? await daemon.answering() : null;
        const pids = daemon.pids();
        const before = { cpu: cpu(pids), count: stamps.count };
        const start = process.hrtime.bigint();
        const passed = () => Number(process.hrtime.bigint() - start) / 1e6;
        while (passed() < 5000) {
          const asked = passed();
          await connection?.call("supervisor.getState");
          if (connection !== null) slowest = Math.max(slowest, passed() - asked);
          await sleep(50);
        }
        const restarts = stamps.count - before.count;
        rates[kind].push((1000 * restarts) / passed());
        used[kind].push((cpu(pids) - before.cpu) / restarts);
        connection?.close();
        daemon.kill();
        await daemon.ended;
        stamps.close();
      }
    }
    const goals = [
      { of: "supervisord", atMost: 1 },
      { what: "slowest answer, ms,", value: slowest, atMost: 50 },
    ];
    return [
      { name: "crash loop: CPU of a restart", unit: "ms", samples: used, goals },
      { name: "crash loop: restarts", unit: "a second", samples: rates, goals: [] },
    ];
  },
};
