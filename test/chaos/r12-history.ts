import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { ask } from "../support/http.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Random } from "./random.ts";
import { percentile, World } from "./world.ts";

/** What a program is, as far as its only operator knows, and what each call must then answer. */
type Known = "up" | "down";
const EXPECTED: Readonly<Record<string, Readonly<Record<Known, readonly [answer: string, next: Known]>>>> = {
  startProcess: { up: ["ALREADY_STARTED", "up"], down: ["true", "up"] },
  stopProcess: { up: ["true", "down"], down: ["NOT_RUNNING", "down"] },
  signalProcess: { up: ["true", "up"], down: ["NOT_RUNNING", "down"] },
  getProcessInfo: { up: ["RUNNING", "up"], down: ["STOPPED", "down"] },
};

/** Each program has one operator, all work at once: for each program every answer must be the one that its history asks for. */
export const history: ChaosTest = {
  id: "R12",
  title: "operators at random, one for each program, all at once; others look at everything meanwhile",
  criterion: "every answer follows from the calls before it; what is shown is never more than one process of a program",
  async run({ random, full }) {
    const operators = full ? 100 : 30;
    const calls = full ? 200 : 40;
    const world = new World();
    try {
      const names = Array.from({ length: operators }, (_, index) => `p${index}`);
      world.configure(
        Object.fromEntries(names.map((name) => [name, { command: "sleep 1000", startsecs: 0, autostart: false }])),
      );
      await world.up();
      const wrong: string[] = [];
      const times: number[] = [];
      const call = async (method: string, ...args: (string | boolean)[]): Promise<string> => {
        const body = encodeRequest(`supervisor.${method}`, args);
        const began = performance.now();
        const { body: xml } = await ask(
          {
            socketPath: world.places.socket,
            path: "/RPC2",
            method: "POST",
            headers: { "Content-Type": "text/xml", "Content-Length": body.length },
          },
          body,
        );
        times.push(performance.now() - began);
        const answer = decodeResponse(Buffer.from(xml));
        if (answer.kind === "fault") return answer.text.replace(/:.*/s, "");
        if (answer.kind === "malformed") return xml;
        return answer.value instanceof Map ? String(answer.value.get("statename")) : String(answer.value);
      };
      const operate = async (name: string, choices: Random): Promise<void> => {
        let known: Known = "down";
        const told: string[] = [];
        for (let done = 0; done < calls; done++) {
          const method = choices.pick(Object.keys(EXPECTED));
          const [answer, next]: readonly [string, Known] = EXPECTED[method]?.[known] ?? ["", known];
          const is = await call(method, name, ...(method === "signalProcess" ? ["WINCH"] : []));
          told.push(`${method} -> ${is}`);
          if (is !== answer)
            return void wrong.push(`${name} (${known}), ${answer} expected: ${told.slice(-4).join(", ")}`);
          known = next;
        }
      };
      const working = new Set(names);
      let most = 0;
      const look = async (): Promise<void> => {
        while (working.size > 0) {
          const { processes } = await world.client.call("status", {});
          const pids = processes.flatMap((one) => (one.pid === 0 ? [] : [one.pid]));
          if (new Set(pids).size < pids.length) wrong.push("two programs with one pid");
          most = Math.max(most, pids.length);
        }
      };
      await Promise.all([
        look(),
        ...names.map((name) => operate(name, new Random(random.whole(0, 2 ** 31))).finally(() => working.delete(name))),
      ]);
      const slow = percentile(times, 0.99);
      return {
        figures: { operators, calls: times.length, wrong: wrong.length, mostRunning: most, p99Ms: slow },
        broken: wrong.slice(0, 5),
        late: slow > 300 ? [`p99 ${slow} ms`] : [],
      };
    } finally {
      await world.close();
    }
  },
};
