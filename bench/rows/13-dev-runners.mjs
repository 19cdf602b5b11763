import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { descendants, endAll } from "../support/daemon.mjs";
import { interleave } from "../support/interleave.mjs";
import { Stamps } from "../support/stamps.mjs";
import { pss } from "../support/usage.mjs";
import { root } from "../support/workplace.mjs";

const COUNT = 10;

/** What runs a project's programs at a developer's terminal. No goals: it is shown for comparison. */
export default {
  number: 13,
  title: "ten programs by sup up, concurrently, mprocs and pm2",
  async run(place, { full }) {
    const samples = await interleave(contenders(place), full ? 10 : 3);
    const pick = (what) =>
      Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, all.map((one) => one[what])]));
    return [
      { name: `dev start of ${COUNT}`, unit: "ms", samples: pick("started"), goals: [] },
      { name: `dev memory with ${COUNT}`, unit: "KB", samples: pick("memory"), goals: [] },
    ];
  },
};

function contenders(place) {
  const stamp = place.program("stamp");
  const names = Array.from({ length: COUNT }, (_, index) => `p${index}`);
  const sup = (fifo, room) => {
    const config = join(room, "supervisor.config.json");
    const programs = Object.fromEntries(names.map((name) => [name, { command: `${stamp} ${fifo} ${name}` }]));
    writeFileSync(config, JSON.stringify({ programs }));
    return [join(root, "bin/sup"), "-c", config, "up"];
  };
  const known = {
    sup,
    concurrently: (fifo) => [place.peer("concurrently"), ...names.map((name) => `${stamp} ${fifo} ${name}`)],
    // It draws on a terminal and wants one.
    mprocs: (fifo) => [
      "/usr/bin/script",
      "-qec",
      [place.peer("mprocs"), ...names.map((name) => `'${stamp} ${fifo} ${name}'`)].join(" "),
      "/dev/null",
    ],
    pm2: (fifo, room) => {
      const file = join(room, "ecosystem.config.js");
      const apps = names.map((name) => ({ name, script: stamp, args: [fifo, name], interpreter: "none" }));
      writeFileSync(file, `module.exports = ${JSON.stringify({ apps })};`);
      return [place.peer("pm2"), "start", file, "--no-daemon"];
    },
  };
  const present = Object.entries(known).filter(([name]) => name === "sup" || place.peer(name) !== null);
  return Object.fromEntries(present.map(([name, command]) => [name, () => oneLife(place, name, command)]));
}

async function oneLife(place, name, command) {
  const room = place.room(name);
  const stamps = new Stamps(join(place.room("fifo"), "f"));
  const [file, ...args] = command(stamps.fifo, room);
  const env = { ...place.env, ...place.ways(room), PM2_HOME: join(room, "pm2"), TERM: "xterm" };
  const all = stamps.take(COUNT);
  const start = process.hrtime.bigint();
  const child = place.own(spawn(file, args, { env, cwd: room, stdio: ["ignore", "ignore", "ignore"] }));
  const ended = once(child, "exit");
  try {
    const last = await all;
    const own = [child.pid, ...descendants(child.pid)].filter((pid) => !isProgram(place, pid));
    return { started: Number(last.at - start) / 1e6, memory: pss(own) };
  } finally {
    endAll([child.pid, ...descendants(child.pid)]);
    await ended;
    stamps.close();
  }
}

function isProgram(place, pid) {
  return place.commandLine(pid).startsWith(place.program("stamp"));
}
