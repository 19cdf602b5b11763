import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { mutate } from "../support/mutate.ts";
import { PipelinedClient } from "../support/pipelined-client.ts";
import { randomCalls } from "../support/random-calls.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Target } from "./target.ts";
import { residentOf } from "./world.ts";

const CONNECTIONS = 4;
const AT_ONCE = 32;
/** Bodies between two looks at the memory. */
const STRETCH = 4000;
/**
 * MiB by which the least memory of the last third may exceed that of the second. Garbage is collected late, so that a short run
 * can only show a leak of a kilobyte a body; the long one shows a tenth of that.
 */
const FLAT = 40;

/** Bodies that are XML-RPC no more, or only nearly. */
export const mutatedBodies: ChaosTest = {
  id: "X1",
  title: "mutated XML-RPC bodies",
  criterion: "100,000 bodies: no crash, no 500, memory flat; at least 1500 a second",
  async run({ random, seed, full }) {
    const count = full ? 1_000_000 : 100_000;
    const target = new Target();
    try {
      await target.up({ cat: { command: "/bin/cat", startsecs: 0 } });
      // Whatever a mutation makes of them, they must not end the daemon that is under test; and its log, which tells of each
      // body that is no XML-RPC, is no measure of its memory.
      const calls = randomCalls(seed, 1000).filter(
        ({ call }) => !/shutdown|restart|readLog|readMainLog/.test(JSON.stringify(call)),
      );
      const corpus = calls.map(({ call }) => Buffer.from(encodeRequest(...call)));
      const clients = Array.from({ length: CONNECTIONS }, () => new PipelinedClient({ path: target.socketPath }));
      const statuses = new Map<number, number>();
      const broken: string[] = [];
      const memory: number[] = [];
      const began = performance.now();
      const sent = { bodies: 0 };
      const send = async (client: PipelinedClient, until: number): Promise<void> => {
        while (sent.bodies < until) {
          sent.bodies++;
          const body = mutate(random.pick(corpus), random, random.pick(corpus));
          const { status, body: answer } = await client.call(body);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (![200, 400, 413].includes(status) && broken.length < 5) {
            broken.push(`${status} ${answer.toString().slice(0, 200)} for ${JSON.stringify(body.toString("latin1"))}`);
          }
        }
      };
      while (sent.bodies < count) {
        const until = Math.min(count, sent.bodies + STRETCH);
        await Promise.all(clients.flatMap((client) => Array.from({ length: AT_ONCE }, () => send(client, until))));
        memory.push(residentOf(target.supervisorPid));
      }
      const seconds = (performance.now() - began) / 1000;
      for (const client of clients) client.close();
      const third = Math.floor(memory.length / 3);
      const growth = Math.min(...memory.slice(-third)) - Math.min(...memory.slice(third, 2 * third));
      if (growth > FLAT) broken.push(`${growth} MiB more memory at the end: ${memory.join(" ")}`);
      const perSecond = Math.round(count / seconds);
      return {
        figures: {
          bodies: sent.bodies,
          ...Object.fromEntries([...statuses].map(([status, times]) => [`status${status}`, times])),
          connections: clients.reduce((sum, client) => sum + client.connections, 0),
          perSecond,
          rss: `${memory[0]} to ${memory.at(-1)} MiB, at most ${Math.max(...memory)}`,
          rssGrowth: Math.round(growth * 10) / 10,
        },
        broken: [...broken, ...(await target.brokenPromises())],
        late: perSecond < 1500 ? [`${perSecond} a second`] : [],
      };
    } finally {
      await target.close();
    }
  },
};
