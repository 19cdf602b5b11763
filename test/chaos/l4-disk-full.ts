import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { countOf } from "./line-ledger.ts";
import { readLines } from "./death-ledger.ts";
import { untilRunning, writer } from "./load.ts";

/** A full disk costs output, and every byte of it is accounted for. */
export const diskFull: ChaosTest = {
  id: "L4",
  title: "8 MB of disk for 30 MB of output, then space again",
  criterion:
    "logged + dropped = produced, to the byte; a marker line where bytes are missing; the daemon's log says so; the " +
    "program never waits; other programs untouched; no half line",
  comparable: true,
  async run({ world: makeWorld }) {
    if (process.geteuid?.() !== 0) return { figures: {}, broken: [], skipped: "mounting a small disk takes root" };
    const world = makeWorld();
    const disk = join(world.folder, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
    } catch {
      await world.close();
      return { figures: {}, broken: [], skipped: "a small disk cannot be mounted here" };
    }
    try {
      const size = 1000;
      const log = join(disk, "victim.log");
      world.configure({
        victim: { ...writer(world, "victim", 0, size), stdoutLogfile: log },
        bystander: writer(world, "bystander", 2000),
      });
      writeFileSync(join(disk, "ballast"), Buffer.alloc(2 * 1024 * 1024));
      await world.up();
      await untilRunning(world, ["victim", "bystander"]);
      const pid = String((await world.status()).processes.find((one) => one.name === "victim")?.pid);
      const produced = (): number => countOf(world.truth, "victim", pid) * size;
      await world.until(() => produced() > 30e6, "30 MB");
      const full = (await world.status()).processes.find((one) => one.name === "victim");
      rmSync(join(disk, "ballast"));
      // It is still writing: what comes now finds room, until that is used up too.
      await world.until(() => produced() > 60e6, "60 MB");
      await world.client.call("stop", { names: ["victim"] });
      const after = (await world.status()).processes.find((one) => one.name === "victim");
      await world.down();
      const text = readFileSync(log, "latin1");
      const lines = text.split("\n");
      const half = lines.pop() !== "";
      const markers = lines.filter((line) => line.startsWith("[sup] dropped "));
      const logged = lines.length - markers.length;
      const marked = markers.reduce((sum, line) => sum + Number(line.split(" ")[2]), 0);
      const garbled = lines.filter((line) => line.length !== size - 1 && !line.startsWith("[sup] ")).length;
      const dropped = after?.dropped ?? 0;
      const told = readLines(world.mainLog).filter((line) => line.includes("cannot log the stdout of victim")).length;
      const bystanders = world.truthOf("bystander").filter((line) => line.startsWith("start ")).length;
      const total = produced();
      const broken: string[] = [];
      if (logged * size + dropped !== total) broken.push(`logged ${logged * size} + dropped ${dropped} != ${total}`);
      if ((full?.dropped ?? 0) === 0) broken.push("nothing was dropped: the disk was not full");
      if (markers.length === 0) broken.push("no marker line");
      if (told === 0) broken.push("the daemon's log is silent");
      if (half || garbled > 0) broken.push(`${garbled} broken lines${half ? ", half a line at the end" : ""}`);
      if (bystanders !== 1) broken.push(`the bystander was started ${bystanders} times`);
      if (full?.state !== "RUNNING") broken.push(`the victim was ${full?.state ?? "gone"}`);
      return {
        figures: { produced: total, logged: logged * size, dropped, marked, markers: markers.length, told },
        broken,
      };
    } finally {
      await world.down();
      execFileSync("umount", ["-l", disk]);
      await world.close();
    }
  },
};
