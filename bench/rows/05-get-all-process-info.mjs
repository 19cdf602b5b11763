import { join } from "node:path";
import { Daemon } from "../support/daemon.mjs";
import { interleave } from "../support/interleave.mjs";
import { stampPrograms } from "../support/sections.mjs";
import { Stamps } from "../support/stamps.mjs";

export default {
  number: 5,
  title: "getAllProcessInfo over one connection",
  async run(place, { full }) {
    const results = [];
    for (const count of [1, 100, 1000]) {
      const stamps = new Stamps(join(place.room("fifo"), "f"));
      const contenders = {};
      const daemons = [];
      for (const kind of ["sup", "supervisord"]) {
        const daemon = new Daemon(place, kind, stampPrograms(place, stamps.fifo, count)).start();
        const connection = await daemon.running();
        daemons.push({ daemon, connection });
        contenders[kind] = () => callsPerSecond(connection, full ? 3000 : 1000);
      }
      const samples = await interleave(contenders, 5);
      for (const { connection } of daemons) connection.close();
      await Promise.all(daemons.map(({ daemon }) => daemon.stop()));
      stamps.close();
      const goals = count === 1 ? [] : [{ of: "supervisord", atLeast: 10 }];
      results.push({ name: `getAllProcessInfo of ${count}`, unit: "calls/s", samples, goals });
    }
    return results;
  },
};

async function callsPerSecond(connection, milliseconds) {
  const start = process.hrtime.bigint();
  let calls = 0;
  let took = 0;
  while (took < milliseconds) {
    await connection.call("supervisor.getAllProcessInfo");
    calls += 1;
    took = Number(process.hrtime.bigint() - start) / 1e6;
  }
  return (calls * 1000) / took;
}
