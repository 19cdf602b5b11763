import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { PipelinedClient } from "../support/pipelined-client.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { names } from "./load.ts";
import { Target } from "./target.ts";
import { childrenOf, commandOf, percentile } from "./world.ts";

const CLIENTS = 100;
const PROGRAMS = 20;
/** What several people who start and stop the same program tell each other: not running, started already, stopped meanwhile. */
const ORDINARY = new Set([40, 60, 70]);

/** Many operators who do not know of one another. */
export const manyClients: ChaosTest = {
  id: "X8",
  title: "100 clients start, stop and look",
  criterion:
    "60 s: at least 400 starts and stops a second, p99 150 ms; only ordinary faults; never two copies; all run at the end",
  async run({ random, full }) {
    const seconds = full ? 60 : 4;
    const target = new Target();
    const broken: string[] = [];
    try {
      const programs = names("p", PROGRAMS);
      const spec = { command: "/bin/sleep 100000", startsecs: 0, stdoutLogfile: "NONE" };
      await target.up(Object.fromEntries(programs.map((name) => [name, spec])));
      const times: number[] = [];
      const faults = new Map<number, number>();
      const deadline = performance.now() + seconds * 1000;
      const operations = { changes: 0, looks: 0 };
      const operator = async (): Promise<void> => {
        const client = new PipelinedClient({ path: target.socketPath });
        while (performance.now() < deadline) {
          const method = random.pick(["startProcess", "stopProcess", "getProcessInfo"]);
          const began = performance.now();
          const { status, body } = await client.call(encodeRequest(`supervisor.${method}`, [random.pick(programs)]));
          times.push(performance.now() - began);
          operations[method === "getProcessInfo" ? "looks" : "changes"]++;
          const answer = decodeResponse(body);
          if (answer.kind === "fault") faults.set(answer.code, (faults.get(answer.code) ?? 0) + 1);
          const isOrdinary =
            status === 200 && (answer.kind === "value" || (answer.kind === "fault" && ORDINARY.has(answer.code)));
          if (!isOrdinary && broken.length < 5) broken.push(`${method}: ${status} ${body.toString().slice(0, 300)}`);
        }
        client.close();
      };
      const copies = { most: 0 };
      const keeper = (await target.world.status()).pid;
      const { bystander } = await target.during(async () => {
        const watching = setInterval(() => (copies.most = Math.max(copies.most, sleepersOf(keeper))), 50);
        await Promise.all(Array.from({ length: CLIENTS }, operator));
        clearInterval(watching);
      });
      await Promise.all(programs.map((name) => target.rpc("supervisor.startProcess", name)));
      const infos = (await target.rpc("supervisor.getAllProcessInfo")) as {
        name: string;
        statename: string;
        pid: number;
      }[];
      const down = infos.filter((info) => programs.includes(info.name) && info.statename !== "RUNNING");
      if (down.length > 0) broken.push(`${down.length} programs do not run at the end`);
      // `victim` is one more.
      copies.most = Math.max(copies.most, sleepersOf(keeper));
      if (copies.most > PROGRAMS + 1) broken.push(`${copies.most} processes of ${PROGRAMS + 1} programs`);
      const perSecond = Math.round(operations.changes / seconds);
      const p99 = percentile(times, 0.99);
      return {
        figures: {
          seconds,
          ...operations,
          changesPerSecond: perSecond,
          p50: percentile(times, 0.5),
          p99,
          mostProcesses: copies.most,
          rssGrowth: bystander.rssGrowth,
          faults: [...faults].map(([code, times]) => `${times} of ${code}`),
        },
        broken: [...broken, ...(await target.brokenPromises())],
        late: [
          ...(perSecond < 400 ? [`${perSecond} starts and stops a second`] : []),
          ...(p99 > 150 ? [`p99 ${p99} ms`] : []),
        ],
      };
    } finally {
      await target.close();
    }
  },
};

/** Programs of a keeper; what is between fork and exec does not count yet. */
function sleepersOf(keeper: number): number {
  return childrenOf(keeper).filter((pid) => commandOf(pid).startsWith("/bin/sleep")).length;
}
