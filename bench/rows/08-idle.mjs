import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Daemon } from "../support/daemon.mjs";
import { stampPrograms } from "../support/sections.mjs";
import { Stamps } from "../support/stamps.mjs";
import { cpu, pss, wakeups } from "../support/usage.mjs";

export default {
  number: 8,
  title: "1000 idle programs",
  async run(place, { full }) {
    const seconds = full ? 60 : 20;
    const stamps = new Stamps(join(place.room("fifo"), "f"));
    const measured = {};
    for (const kind of ["sup", "supervisord"]) {
      const daemon = new Daemon(place, kind, stampPrograms(place, stamps.fifo, 1000)).start();
      (await daemon.running()).close();
      const pids = daemon.pids();
      // What a start leaves to be done later (saving, collecting garbage) is not idling: begin when all is still. It
      // may never be: supervisord looks once a second, and where that takes it more than 10 ms we do not wait for ever.
      for (let still = 0, tries = 60, before = cpu(pids); still < 15 && tries > 0; tries--) {
        await sleep(1000);
        const now = cpu(pids);
        still = now - before <= 10 ? still + 1 : 0;
        before = now;
      }
      const before = [wakeups(pids), cpu(pids), pss(pids)];
      await sleep(seconds * 1000);
      const after = [wakeups(pids), cpu(pids), pss(pids)];
      measured[kind] = after.map((value, index) => value - before[index]);
      // By the thousand one after another it would take a quarter of an hour, and is not what is measured.
      daemon.kill();
      await daemon.ended;
    }
    stamps.close();
    const samples = (index, times = 1) => ({
      sup: [measured.sup[index] * times],
      supervisord: [measured.supervisord[index] * times],
    });
    return [
      { name: `idle ${seconds} s: wake-ups`, unit: "", samples: samples(0), goals: [{ atMost: 0 }] },
      { name: `idle ${seconds} s: CPU`, unit: "%", samples: samples(1, 0.1 / seconds), goals: [{ atMost: 0.05 }] },
      { name: `idle ${seconds} s: growth`, unit: "KB", samples: samples(2), goals: [{ atMost: 0 }] },
    ];
  },
};
