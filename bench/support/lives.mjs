import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Daemon } from "./daemon.mjs";
import { interleave } from "./interleave.mjs";
import { timeToEnd } from "./run-to-end.mjs";
import { oneGroup, stampPrograms } from "./sections.mjs";
import { ServiceTree } from "./service-tree.mjs";
import { Stamps } from "./stamps.mjs";

const known = new Map();

/** How long managers take to start so many programs and to stop them again, ms. Two rows want it; it is measured once. */
export function lives(place, count, full) {
  const key = `${count}`;
  if (!known.has(key)) known.set(key, measure(place, count, full));
  return known.get(key);
}

async function measure(place, count, full) {
  const stamp = place.program("stamp");
  const stamps = new Stamps(join(place.room("fifo"), "f"));
  const command = [stamp, stamps.fifo, "p"];
  const daemon = (kind) => async () => {
    // Two files for each program. On ext4 each is looked for among those that were deleted in the last five minutes, such as by the
    // last run of this: that is neither supervisor's doing.
    const one = new Daemon(place, kind, stampPrograms(place, stamps.fifo, count) + oneGroup("p", count), true);
    const started = await timed(stamps.take(count), () => one.start());
    // Its own books must agree before it is told to stop: only what it knows to run has to be stopped.
    (await one.running()).close();
    return { started, stopped: await one.stop() };
  };
  const tree = (kind) => async () => {
    let one;
    const started = await timed(stamps.take(count), () => {
      one = new ServiceTree(
        place,
        kind,
        Array.from({ length: count }, () => command),
      );
    });
    return { started, stopped: await one.stop() };
  };
  const bare = async () => {
    let child;
    const started = await timed(stamps.take(count), () => {
      child = spawn(place.program("bare"), ["spawn", String(count), ...command], { stdio: "ignore" });
    });
    const stopped = await timed(once(child, "exit"), () => child.kill("SIGTERM"));
    return { started, stopped };
  };
  const node = async () => ({ started: await timeToEnd(process.execPath, ["-e", "0"], { env: place.env }) });
  // 100 services are one thing; a thousand runsv processes would only say how much memory this machine has.
  const scanners = count > 100 || place.peer("runsvdir") === null ? {} : { runit: tree("runit") };
  const contenders = {
    sup: daemon("sup"),
    supervisord: daemon("supervisord"),
    ...scanners,
    "bare loop": bare,
    "node -e 0": node,
  };
  const samples = await interleave(contenders, full ? 7 : count > 100 ? 1 : 3);
  stamps.close();
  const pick = (what) =>
    Object.fromEntries(
      Object.entries(samples)
        .filter(([, all]) => all[0][what] !== undefined)
        .map(([name, all]) => [name, all.map((one) => one[what])]),
    );
  return { started: pick("started"), stopped: pick("stopped") };
}

async function timed(fact, cause) {
  const start = process.hrtime.bigint();
  cause();
  await fact;
  return Number(process.hrtime.bigint() - start) / 1e6;
}
