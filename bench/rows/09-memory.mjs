import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Daemon } from "../support/daemon.mjs";
import { stampPrograms } from "../support/sections.mjs";
import { Stamps } from "../support/stamps.mjs";
import { pss } from "../support/usage.mjs";

const COUNTS = [1, 100, 1000];
/** What a start leaves behind is given back when it is still, and is not what the programs cost. Milliseconds. */
const AFTER = 4000;

export default {
  number: 9,
  title: "memory (PSS) of keeper and supervisor together",
  async run(place) {
    const stamps = new Stamps(join(place.room("fifo"), "f"));
    const used = { sup: [], supervisord: [] };
    for (const count of COUNTS) {
      for (const kind of Object.keys(used)) {
        const daemon = new Daemon(place, kind, stampPrograms(place, stamps.fifo, count)).start();
        (await daemon.running()).close();
        await sleep(AFTER);
        used[kind].push(pss(daemon.pids()));
        daemon.kill();
        await daemon.ended;
      }
    }
    stamps.close();
    const results = COUNTS.map((count, index) => ({
      name: `memory with ${count}`,
      unit: "KB",
      samples: { sup: [used.sup[index]], supervisord: [used.supervisord[index]] },
      goals: [],
    }));
    const each = ([, hundred, thousand]) => (thousand - hundred) / 900;
    const samples = { sup: [each(used.sup)], supervisord: [each(used.supervisord)] };
    return [...results, { name: "memory of one more", unit: "KB", samples, goals: [{ atMost: 20 }] }];
  },
};
