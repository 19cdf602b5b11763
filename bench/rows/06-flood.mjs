import { spawn } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Daemon } from "../support/daemon.mjs";
import { interleave } from "../support/interleave.mjs";
import { section, stampPrograms } from "../support/sections.mjs";
import { Stamps } from "../support/stamps.mjs";

const MB = 1024 * 1024;

export default {
  number: 6,
  title: "one program writes as fast as it can",
  async run(place, { full }) {
    // Whole lines of 100 bytes, and never more than the files of the rotation hold together.
    const bytes = 500_000_000;
    const cases = [
      { name: "to a file", maxbytes: 0, backups: 0, neighbours: 0 },
      { name: "50 MB x 10", maxbytes: 50 * MB, backups: 10, neighbours: 0 },
      { name: "1 MB x 1000", maxbytes: MB, backups: 1000, neighbours: 0 },
      { name: "to a file, 300 idle neighbours", maxbytes: 0, backups: 0, neighbours: 300 },
    ];
    // Disks scatter by a third from one sample to the next, and no manager has a part in that.
    if (full)
      cases.push(
        { name: "in memory", maxbytes: 0, backups: 0, neighbours: 0, inMemory: true },
        { name: "in memory, 300 idle neighbours", maxbytes: 0, backups: 0, neighbours: 300, inMemory: true },
      );
    const results = [];
    for (const one of cases) {
      const notes = {};
      const contenders = {
        sup: () => flood(place, "sup", one, bytes, notes),
        supervisord: () => flood(place, "supervisord", one, bytes, notes),
        cat: () => cat(place, one, bytes),
      };
      const samples = await interleave(contenders, full ? 5 : 3);
      const goals = [
        { of: "supervisord", atLeast: one.neighbours > 0 ? 5 : 1 },
        { of: "cat", atLeast: 0.7 },
        { what: "bytes lost", value: notes.sup.lost, atMost: 0 },
        { what: "slowest answer, ms,", value: notes.sup.slowest, atMost: 25 },
      ];
      const note = `supervisord: ${notes.supervisord.lost} bytes lost, slowest answer ${Math.round(notes.supervisord.slowest)} ms`;
      results.push({ name: `flood ${one.name}`, unit: "MB/s", samples, goals, note });
    }
    return results;
  },
};

/** Starts the flood in a daemon of its own; MB a second until every byte is in the files, or none has come for 2 s. */
async function flood(place, kind, { maxbytes, backups, neighbours, inMemory }, bytes, notes) {
  const stamps = new Stamps(join(place.room("fifo"), "f"));
  const logs = place.room("logs", inMemory);
  const log = join(logs, "out");
  const limits = `autostart=false\nautorestart=false\nstdout_logfile=${log}\nstdout_logfile_maxbytes=${maxbytes}\nstdout_logfile_backups=${backups}`;
  const programs =
    section("f", `${place.program("flood")} ${bytes}`, 1, limits) + stampPrograms(place, stamps.fifo, neighbours);
  const daemon = new Daemon(place, kind, programs);
  const allStarted = neighbours === 0 ? null : stamps.take(neighbours);
  daemon.start();
  await allStarted;
  const connection = await daemon.answering();
  const note = (notes[kind] ??= { lost: 0, slowest: 0 });
  const start = process.hrtime.bigint();
  await connection.call("supervisor.startProcess", ["f_0"]);
  let size = 0;
  let grown = process.hrtime.bigint();
  while (size < bytes && process.hrtime.bigint() - grown < 2_000_000_000n) {
    const asked = process.hrtime.bigint();
    await connection.call("supervisor.getState");
    note.slowest = Math.max(note.slowest, Number(process.hrtime.bigint() - asked) / 1e6);
    const now = sizeOf(logs);
    if (now > size) grown = process.hrtime.bigint();
    size = now;
    await sleep(5);
  }
  note.lost = Math.max(note.lost, bytes - size);
  connection.close();
  await daemon.stop();
  stamps.close();
  rmSync(logs, { recursive: true });
  return bytes / 1e6 / (Number(grown - start) / 1e9);
}

/** The floor: a pipe into a file, with nobody in between. */
async function cat(place, { inMemory }, bytes) {
  const room = place.room("cat", inMemory);
  const file = join(room, "out");
  const start = process.hrtime.bigint();
  const child = spawn("/bin/sh", ["-c", `"${place.program("flood")}" ${bytes} | cat > "${file}"`], { stdio: "ignore" });
  await new Promise((resolve) => child.on("exit", resolve));
  const took = Number(process.hrtime.bigint() - start) / 1e9;
  if (statSync(file).size !== bytes) throw new Error("cat lost bytes");
  rmSync(room, { recursive: true });
  return bytes / 1e6 / took;
}

/** Of all log files together. One that is renamed between listing and asking is asked for again. */
function sizeOf(folder) {
  let total = 0;
  for (const name of readdirSync(folder)) total += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  return total;
}
