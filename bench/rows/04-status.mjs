import { join } from "node:path";
import { Daemon } from "../support/daemon.mjs";
import { interleave } from "../support/interleave.mjs";
import { timeToEnd } from "../support/run-to-end.mjs";
import { stampPrograms } from "../support/sections.mjs";
import { Stamps } from "../support/stamps.mjs";
import { debian, root } from "../support/workplace.mjs";

export default {
  number: 4,
  title: "status of 100 programs",
  async run(place, { full }) {
    const stamps = new Stamps(join(place.room("fifo"), "f"));
    const programs = stampPrograms(place, stamps.fifo, 100);
    const ours = new Daemon(place, "sup", programs).start();
    const theirs = new Daemon(place, "supervisord", programs).start();
    await Promise.all([ours.running(), theirs.running()]);
    const run = (command, args, env) => () => timeToEnd(command, args, { env });
    const peers = {
      supervisord: run(debian.supervisorctl, ["-c", theirs.conf, "status"], place.env),
      "node -e 0": run(process.execPath, ["-e", "0"], place.env),
    };
    const all = await interleave(
      {
        supervisorctl: run(join(root, "bin/supervisorctl"), ["-c", ours.conf, "status"], ours.env),
        sup: run(join(root, "bin/sup"), ["-c", ours.conf, "status"], ours.env),
        ...peers,
      },
      full ? 40 : 15,
    );
    await Promise.all([ours.stop(), theirs.stop()]);
    stamps.close();
    const goals = [
      { of: "node -e 0", atMost: 2 },
      { of: "supervisord", atMost: 0.4 },
    ];
    const { supervisorctl, sup, ...others } = all;
    return [
      { name: "sup status", unit: "ms", samples: { sup, ...others }, goals },
      { name: "supervisorctl status", unit: "ms", samples: { sup: supervisorctl, ...others }, goals },
    ];
  },
};
