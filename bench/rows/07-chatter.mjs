import { setTimeout as sleep } from "node:timers/promises";
import { Daemon } from "../support/daemon.mjs";
import { section } from "../support/sections.mjs";
import { cpu } from "../support/usage.mjs";

export default {
  number: 7,
  title: "300 programs, 100 lines a second each",
  async run(place, { full }) {
    const programs = section("c", `${place.program("chatter")} 100`, 300, "stdout_logfile_maxbytes=50MB");
    const used = { sup: [], supervisord: [] };
    // One at a time: 30 000 lines a second keep a core busy before anybody reads them.
    for (let round = 0; round < (full ? 5 : 2); round += 1) {
      for (const kind of round % 2 === 0 ? ["sup", "supervisord"] : ["supervisord", "sup"]) {
        const daemon = new Daemon(place, kind, programs).start();
        (await daemon.running()).close();
        const pids = daemon.pids();
        const before = cpu(pids);
        const start = process.hrtime.bigint();
        await sleep(5000);
        used[kind].push((100 * (cpu(pids) - before)) / (Number(process.hrtime.bigint() - start) / 1e6));
        daemon.kill();
        await daemon.ended;
      }
    }
    const goals = [{ of: "supervisord", atMost: 0.5 }];
    return [{ name: "chatter: CPU", unit: "% of a core", samples: used, goals }];
  },
};
