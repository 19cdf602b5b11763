import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { ask } from "../support/http.ts";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { firstViolation, type Operation } from "./linearizable.ts";
import { answerSteps, ownSteps, type Kind } from "./process-model.ts";
import { Random } from "./random.ts";
import { percentile, World } from "./world.ts";

const KINDS: readonly Kind[] = ["steady", "brief", "steady", "slow", "steady", "brief", "steady", "steady", "failing"];
/** What a kind takes beyond the defaults. */
const SPECS: Readonly<Record<Kind, object>> = {
  steady: { startsecs: 0 },
  slow: { startsecs: 1 },
  brief: { startsecs: 0 },
  failing: { startsecs: 1, startretries: 1 },
};
const METHODS = {
  start: ["startProcess", true],
  startNoWait: ["startProcess", false],
  stop: ["stopProcess", true],
  stopNoWait: ["stopProcess", false],
  signal: ["signalProcess", "WINCH"],
  kill: ["signalProcess", "KILL"],
  info: ["getProcessInfo"],
  remove: ["removeProcessGroup"],
  add: ["addProcessGroup"],
} as const;
/** The last two are calls of our own API. `update` concerns all programs. */
type Method = keyof typeof METHODS | "restart" | "update";
/** As often as they are picked. */
const PICKS: readonly Method[] = [
  ...(["start", "start", "start", "startNoWait", "stop", "stop", "stopNoWait", "restart", "restart"] as const),
  ...(["signal", "kill", "info", "info", "remove", "add", "add"] as const),
];

/** Many operators who know nothing of one another work on the same programs. */
export const history: ChaosTest = {
  id: "R12",
  title: "100 operators at random on the same 30 programs: start, stop, restart, signal, remove, add, update, look",
  criterion:
    "of each program the answers are possible in some order of the calls (linearizable against the model of states); never " +
    "two processes of a program; p99 of calls that wait for no program <= 300 ms",
  comparable: true,
  async run({ random, full, world: makeWorld }) {
    const operators = 100;
    const calls = (full ? 10_000 : 2000) / operators;
    const world = makeWorld();
    const isOurs = world.survivesKills;
    try {
      const kinds = new Map(Array.from({ length: 30 }, (_, at) => [`p${at}`, KINDS[at % KINDS.length] ?? "steady"]));
      const common = { autostart: false, autorestart: false, stdoutLogfile: "NONE", redirectStderr: true };
      world.configure(
        Object.fromEntries(
          [...kinds].map(([name, kind]) => [
            name,
            { ...common, ...SPECS[kind], command: `perl ${programs}/alone.pl ${name} ${world.truth} ${kind}` },
          ]),
        ),
      );
      await world.up();
      const told = new Map<string, Operation[]>([...kinds.keys()].map((name) => [name, []]));
      const quick: number[] = [];
      let made = 0;
      let clock = 0;
      const operate = async (choices: Random, updates: boolean): Promise<void> => {
        for (let done = 0; done < calls; done++) {
          const name = choices.pick([...kinds.keys()]);
          const method = updates ? "update" : choices.pick(PICKS.filter((one) => isOurs || one !== "restart"));
          const [began, asked] = [++clock, performance.now()];
          const answer = await call(world, method, name);
          const [ended, took] = [++clock, performance.now() - asked];
          made++;
          const waits = ["start", "stop", "restart"].includes(method) && kinds.get(name) !== "steady";
          if (!waits && method !== "update") quick.push(took);
          const operation = { label: `${method} -> ${answer}`, began, ended, steps: answerSteps(method, answer) };
          for (const one of method === "update" ? kinds.keys() : [name]) told.get(one)?.push(operation);
        }
      };
      // One of them has all programs brought up to date, again and again.
      const all = Array.from({ length: operators }, (_, at) =>
        operate(new Random(random.whole(0, 2 ** 31)), isOurs && at === 0),
      );
      await Promise.all(all);
      await world.down();
      const impossible = [...told].flatMap(([name, operations]) => {
        const kind = kinds.get(name) ?? "steady";
        const violation = firstViolation("STOPPED", (state) => ownSteps(state, kind), operations);
        if (violation === null) return [];
        const { operation, states, pending } = violation;
        const before = operations.filter((one) => one.ended < operation.ended && one.ended > operation.began - 30);
        const earlier = before.toSorted((a, b) => a.ended - b.ended).map((one) => one.label);
        return [
          `${name} (${kind}): ${operation.label} is impossible; it could only be ${states.join(" or ")}; at the time ` +
            `${pending.join(", ")}; before ${earlier.slice(-8).join(", ")}`,
        ];
      });
      const truth = [...kinds.keys()].flatMap((name) => world.truthOf(name));
      const copies = truth.filter((line) => line.startsWith("double")).length;
      const slow = percentile(quick, 0.99);
      return {
        figures: {
          operators,
          programs: kinds.size,
          calls: made,
          runs: truth.length,
          impossible: impossible.length,
          copies,
          p50Ms: percentile(quick, 0.5),
          p99Ms: slow,
        },
        broken: [...(copies > 0 ? [`${copies} times two copies of a program`] : []), ...impossible.slice(0, 5)],
        late: slow > 300 ? [`p99 ${slow} ms`] : [],
      };
    } finally {
      await world.close();
    }
  },
};

/** Answers to a restart that others have overtaken: by a stop, or by a removal. */
const OVERTAKEN: ReadonlySet<string> = new Set(["was stopped meanwhile", "the config no longer has it"]);

/** The answer: `true`, the name of a fault, or of a state. */
async function call(world: World, method: Method, name: string): Promise<string> {
  if (method === "update") {
    const { ok, problems } = await world.client.call("update", {});
    return ok ? "true" : problems;
  }
  if (method === "restart") {
    const results = await world.client.call("restart", { names: [name] }).catch((error: Error) => error.message);
    if (typeof results === "string") return /there is no program/.test(results) ? "BAD_NAME" : results;
    const [result] = results;
    if (result?.ok === true) return "true";
    const error = result?.error ?? "";
    return error.startsWith("is ") || OVERTAKEN.has(error) ? error : "SPAWN_ERROR";
  }
  const [remote, ...more] = METHODS[method];
  const body = encodeRequest(`supervisor.${remote}`, [name, ...more]);
  const headers = { "Content-Type": "text/xml", "Content-Length": body.length };
  const { body: xml } = await ask({ socketPath: world.xmlRpcSocket, path: "/RPC2", method: "POST", headers }, body);
  const answer = decodeResponse(Buffer.from(xml));
  if (answer.kind === "fault") return answer.text.replace(/:.*/s, "");
  if (answer.kind === "malformed") return xml;
  return answer.value instanceof Map ? String(answer.value.get("statename")) : String(answer.value);
}
