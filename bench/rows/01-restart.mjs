import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawn } from "node:child_process";
import { Daemon } from "../support/daemon.mjs";
import { interleave, notePeer } from "../support/interleave.mjs";
import { section } from "../support/sections.mjs";
import { ServiceTree } from "../support/service-tree.mjs";
import { Stamps } from "../support/stamps.mjs";

/** runit and s6 wait until a program has lived for a second before they start it again: kill none earlier. */
const LIFE = 1200;

export default {
  number: 1,
  title: "death of a program -> its replacement runs main(), 100 idle neighbours",
  async run(place, { full }) {
    const stamp = place.program("stamp");
    const contenders = {};
    const ends = [];
    const enter = async (name, start) => {
      try {
        await prepare(name, start);
      } catch (error) {
        if (name === "sup") throw error;
        notePeer(name, error);
      }
    };
    const prepare = async (name, start) => {
      const stamps = new Stamps(join(place.room("fifo"), "f"));
      const first = stamps.next((one) => one.name === "victim");
      ends.push(await start(stamps.fifo), () => stamps.close());
      let last = await first;
      contenders[name] = async () => {
        const lived = Number(process.hrtime.bigint() - last.at) / 1e6;
        // A moment at random: a supervisor that looks once a second must not be asked in step with it.
        await sleep(Math.max(0, LIFE - lived) + Math.random() * 300);
        const next = stamps.next((one) => one.name === "victim");
        const killed = process.hrtime.bigint();
        process.kill(last.pid, "SIGKILL");
        last = await next;
        return Number(last.at - killed) / 1e6;
      };
    };
    const daemon = (kind) => async (fifo) => {
      const programs = section("n", `${stamp} ${fifo} n`, 100) + section("v", `${stamp} ${fifo} victim`, 1);
      const one = new Daemon(place, kind, programs).start();
      (await one.running()).close();
      return () => one.stop();
    };
    const tree = (kind) => (fifo) => {
      const services = Array.from({ length: 100 }, () => [stamp, fifo, "n"]);
      const one = new ServiceTree(place, kind, [...services, [stamp, fifo, "victim"]]);
      return () => one.stop();
    };
    await enter("sup", daemon("sup"));
    await enter("supervisord", daemon("supervisord"));
    if (place.peer("runsvdir") !== null) await enter("runit", tree("runit"));
    if (place.peer("s6-svscan") !== null) await enter("s6", tree("s6"));
    await enter("bare loop", (fifo) => {
      const child = spawn(place.program("bare"), ["respawn", stamp, fifo, "victim"], { detached: true });
      return () => process.kill(-child.pid, "SIGKILL");
    });
    const samples = await interleave(contenders, full ? 60 : 15);
    for (const end of ends) await end();
    const goals = [
      { of: "supervisord", atMost: 0.01 },
      { of: "runit", atMost: 2 },
    ];
    return [{ name: "restart", unit: "ms", samples, goals }];
  },
};
