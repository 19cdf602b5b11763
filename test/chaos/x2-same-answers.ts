import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { startRealSupervisord } from "../oracle/real-supervisord.ts";
import { evenAnswer, type EvenAnswer } from "../support/even-answer.ts";
import { startLegacyDaemon } from "../support/legacy-daemon.ts";
import { firstDifference } from "../support/first-difference.ts";
import { expectedOfUs, withoutChance } from "../support/our-refusals.ts";
import { PipelinedClient } from "../support/pipelined-client.ts";
import { callsIn, LOG_TEXT, randomCalls, RANDOM_PROGRAMS, type Call } from "../support/random-calls.ts";
import type { ChaosTest } from "./chaos-test.ts";

const MOST_AT_ONCE = 64;
const MOST_TOLD = 10;

/** Whatever is called, the answer is Supervisor's. */
export const sameAnswers: ChaosTest = {
  id: "X2",
  title: "random calls to a real supervisord and to us",
  criterion: "20,000 calls: the same result or fault code and text",
  async run({ seed }) {
    const calls = Number(process.env["CALLS"] ?? 20_000);
    const { differences, figures } = await compareRandomCalls(seed, calls);
    return { figures, broken: differences };
  },
};

/** One of the two daemons. */
interface Side {
  readonly folder: string;
  readonly pid: number;
  readonly client: PipelinedClient;
  /** For questions beside the test's own. */
  readonly second: PipelinedClient;
}

/**
 * Sends the calls of a seed to both daemons, one after another as far as they change anything, and compares.
 *
 * @returns the first few differences, in words.
 */
export async function compareRandomCalls(
  seed: number,
  count: number,
): Promise<{ differences: string[]; figures: Record<string, number> }> {
  const daemons = await Promise.allSettled([startRealSupervisord(RANDOM_PROGRAMS), startLegacyDaemon(RANDOM_PROGRAMS)]);
  const started = daemons.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const sides: Side[] = [];
  try {
    for (const one of daemons) if (one.status === "rejected") throw one.reason as Error;
    for (const { folder, socket } of started) {
      const [client, second] = [new PipelinedClient({ path: socket }), new PipelinedClient({ path: socket })];
      const { body } = await client.call(encodeRequest("supervisor.getPID", []));
      sides.push({ folder, client, second, pid: Number(/<int>(\d+)</.exec(body.toString())?.[1]) });
    }
    return await compare(sides as [Side, Side], seed, count);
  } finally {
    for (const side of sides) for (const client of [side.client, side.second]) client.close();
    await Promise.all(started.map((daemon) => daemon.stop()));
  }
}

async function compare([theirs, ours]: [Side, Side], seed: number, count: number) {
  const differences: string[] = [];
  const figures = { calls: 0, faults: 0, requests: 0, changes: 0, differences: 0 };
  const note = (call: Call, reference: EvenAnswer, own: EvenAnswer): void => {
    figures.calls += callsIn(call);
    figures.requests++;
    if (/"fault(?:Code)?":/.test(JSON.stringify(reference.said))) figures.faults++;
    const difference = firstDifference(own, expectedOfUs(call, reference, own));
    if (difference === null) return;
    figures.differences++;
    if (differences.length >= MOST_TOLD) return;
    const inner = /^\.said\.value\[(\d+)\]/.exec(difference)?.[1];
    const blamed =
      call[0] === "system.multicall" && inner !== undefined ? (call[1][0] as readonly unknown[])[Number(inner)] : call;
    differences.push(`request ${figures.requests}: ${JSON.stringify(blamed)}${difference}`);
  };
  let block: Call[] = [];
  const sendBlock = async (): Promise<void> => {
    const [reference, own] = await Promise.all(
      [theirs, ours].map((side) => Promise.all(block.map((one) => ask(side, one)))),
    );
    block.forEach((one, index) => note(one, reference![index]!, own![index]!));
    block = [];
  };
  await quiet([theirs, ours]);
  for (const { call, changes } of randomCalls(seed, count)) {
    if (!changes) {
      block.push(call);
      if (block.length === MOST_AT_ONCE) await sendBlock();
      continue;
    }
    await sendBlock();
    figures.changes++;
    const [reference, own] = await Promise.all([awake(theirs, ask(theirs, call)), ask(ours, call)]);
    note(call, reference, own);
    const added = call[0] === "supervisor.addProcessGroup" && typeof call[1][0] === "string" ? call[1][0] : "";
    const isAdded = isDeepStrictEqual(reference.said, { value: true });
    const apart = await quiet([theirs, ours], JSON.stringify(call), isAdded ? (STARTED_WHEN_ADDED[added] ?? []) : []);
    // From here on everything would differ.
    if (apart !== null) return { differences: [...differences, apart], figures };
  }
  await sendBlock();
  return { differences, figures };
}

async function ask(side: Side, call: Call): Promise<EvenAnswer> {
  const { status, body } = await side.client.call(encodeRequest(...call));
  return withoutChance(call, withoutTexts(call, evenAnswer(status, body, side)));
}

/** Two daemons have two logs, and explain their methods in their own words. */
function withoutTexts([method, params]: Call, answer: EvenAnswer): EvenAnswer {
  const { value } = (answer.said ?? {}) as { value?: unknown };
  if (typeof value === "string" && /read(?:Main)?Log$|methodHelp$/.test(method))
    return { ...answer, said: { value: "TEXT" } };
  if (method !== "system.multicall" || !Array.isArray(value)) return answer;
  const calls = params[0] as readonly { readonly methodName: string }[];
  const items = value.map((item: unknown, index) => {
    const inner = calls[index]?.methodName ?? "";
    return typeof item === "string" && /read(?:Main)?Log$|methodHelp$/.test(inner) ? "TEXT" : item;
  });
  return { ...answer, said: { value: items } };
}

/** Supervisor looks after waiting answers only when something wakes it, or once a second: something does. */
async function awake<T>(side: Side, answer: Promise<T>): Promise<T> {
  const watch = { over: false };
  const done = answer.finally(() => (watch.over = true));
  while (!watch.over) {
    await side.second.call(encodeRequest("supervisor.getState", []));
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 5))]);
  }
  return done;
}

/** A group that is added stands still for a moment before its programs are started. */
const STARTED_WHEN_ADDED: Readonly<Record<string, readonly string[]>> = {
  cat: ["cat"],
  grp: ["a", "b"],
  sink: ["sink"],
};

/** Waits until nothing is on its way and both have the same programs in the same states; then the log is as it was. */
async function quiet(sides: readonly Side[], after = "boot", running: readonly string[] = []): Promise<string | null> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const states = await Promise.all(sides.map(statesOf));
    const moving = states.some(
      (state) =>
        /STARTING|STOPPING|BACKOFF/.test(state) || running.some((name) => !` ${state} `.includes(` ${name} RUNNING `)),
    );
    if (!moving && new Set(states).size === 1) break;
    if (performance.now() > deadline) return `after ${after}: ${states.join(" / ")}`;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const side of sides) writeFileSync(join(side.folder, "logs/cat.out"), LOG_TEXT);
  return null;
}

async function statesOf({ second }: Side): Promise<string> {
  const { body } = await second.call(encodeRequest("supervisor.getAllProcessInfo", []));
  const words = [...body.toString().matchAll(/<name>(?:name|statename)<\/name>\n<value><string>([^<]*)</g)];
  return words.map((match) => match[1]).join(" ");
}
