import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { Target } from "./target.ts";

/** What their events are answered with, and how many may wait for it. */
const POOLS = {
  ok: { buffer: 100_000, whole: true },
  slow: { buffer: 100_000, whole: true },
  partial: { buffer: 100_000, whole: true },
  dies: { buffer: 100_000, whole: true },
  mute: { buffer: 1000, whole: false },
  garbage: { buffer: 1000, whole: false },
  huge: { buffer: 1000, whole: false },
} as const;

/** A listener that is slow, broken or silent costs nobody else anything. */
export const listeners: ChaosTest = {
  id: "X9",
  title:
    "event listeners that are mute, slow, babble, begin in pieces, answer 64 KiB, die with an event; 10,000 events a second",
  criterion:
    "each listener that answers gets every event, with one serial for all deliveries; what a buffer cannot hold is counted " +
    "exactly; the supervisor +16 MiB; calls p99 as without",
  async run({ full }) {
    const count = full ? 50_000 : 3000;
    const target = new Target();
    const { world } = target;
    const record = (name: string): string => join(world.truth, `${name}.events`);
    try {
      const eventlisteners = Object.entries(POOLS).map(([name, { buffer }]) => [
        name,
        {
          command: `perl ${programs}/listener.pl ${name} ${record(name)}`,
          events: ["PROCESS_COMMUNICATION"],
          bufferSize: buffer,
          startsecs: 0,
          startretries: 1_000_000,
          autorestart: true,
        },
      ]);
      await target.up(
        {
          source: {
            command: `perl ${programs}/messages.pl ${count} 10000`,
            autostart: false,
            stdoutCaptureMaxbytes: 1000,
            stdoutLogfile: "NONE",
          },
        },
        { eventlisteners: Object.fromEntries(eventlisteners) },
      );
      const answered = (name: string): Answered => readRecord(record(name));
      const quiet = await target.during(() => new Promise((resolve) => setTimeout(resolve, 1000)));
      const whole = Object.entries(POOLS).filter(([, pool]) => pool.whole);
      const began = performance.now();
      const busy = await target.during(async () => {
        await world.client.call("start", { names: ["source"] });
        await world.until(
          async () => {
            await new Promise((resolve) => setTimeout(resolve, 200));
            return whole.every(([name]) => answered(name).messages.size >= count);
          },
          "every listener that answers to have every event",
          full ? 600 : 120,
        );
      });
      const seconds = (performance.now() - began) / 1000;
      const broken: string[] = [];
      for (const [name] of whole) {
        const { messages, twice, otherSerial } = answered(name);
        if (messages.size !== count) broken.push(`${name}: ${messages.size} of ${count} events`);
        // Who dies with an event has not noted it.
        if (twice > 0) broken.push(`${name}: ${twice} events answered twice`);
        if (otherSerial > 0) broken.push(`${name}: ${otherSerial} events out of order`);
      }
      // The silent one holds one event, and its buffer is full; discards of ten seconds are told together.
      const expected = count - 1 - POOLS.mute.buffer;
      const told = (): number => discardsTold(world.mainLog, "mute");
      await world.until(() => told() >= expected, "all discards to be told", 30).catch(() => null);
      if (told() !== expected) broken.push(`${told()} discards told, there were ${expected}`);
      const { processes } = await world.status();
      const deaths = processes.find((one) => one.name === "dies")?.restarts ?? 0;
      if (deaths === 0) broken.push("the one that dies did not die");
      const growth = busy.bystander.rssGrowth;
      if (growth > 128) broken.push(`the supervisor grew by ${growth} MiB`);
      return {
        figures: {
          events: count,
          listeners: Object.keys(POOLS).length,
          seconds: Math.round(seconds * 10) / 10,
          deaths,
          discarded: told(),
          callP99ms: busy.bystander.p99,
          callP99quietMs: quiet.bystander.p99,
          growthMiB: growth,
        },
        broken,
        late: [
          ...(busy.bystander.p99 > 25 ? [`calls p99 ${busy.bystander.p99} ms`] : []),
          ...(growth > 16 ? [`the supervisor grew by ${growth} MiB, with ${count} events waiting`] : []),
        ],
      };
    } finally {
      await target.close();
    }
  },
};

interface Answered {
  readonly messages: ReadonlySet<string>;
  readonly twice: number;
  readonly otherSerial: number;
}

/** What a listener answered. Serials count up with the messages: no message has two. */
function readRecord(file: string): Answered {
  const messages = new Set<string>();
  let [twice, otherSerial, last] = [0, 0, -1];
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  for (const line of lines) {
    const [, serial = "", payload = ""] = line.split(" ");
    if (messages.has(payload)) twice++;
    else if (Number(serial) <= last) otherSerial++;
    last = Number(serial);
    messages.add(payload);
  }
  return { messages, twice, otherSerial };
}

function discardsTold(mainLog: string, pool: string): number {
  return readLines(mainLog).reduce((sum, line) => {
    const found = new RegExp(`pool ${pool} event buffer overflowed, discarding (?:(\\d+) events|event)`).exec(line);
    return found === null ? sum : sum + Number(found[1] ?? 1);
  }, 0);
}
