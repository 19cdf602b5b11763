import { createHash } from "node:crypto";
import { createCredentialCheck } from "../../src/http/access/password-check.ts";
import { ask } from "../support/http.ts";
import type { ChaosTest } from "./chaos-test.ts";
import type { Random } from "./random.ts";
import { Target } from "./target.ts";

const GUESSERS = 50;

/** Somebody who does not know the password. */
export const passwords: ChaosTest = {
  id: "X7",
  title: "10,000 wrong passwords, odd headers, and a clock",
  criterion:
    "nobody gets in who does not know the password; more connections are no more guesses; |t| < 4.5 of 2000 times each",
  async run({ random }) {
    const target = new Target();
    const broken: string[] = [];
    try {
      await target.up();
      const { result, bystander } = await target.during(() => guess(target.locked, 10_000, random));
      const { statuses, seconds, before } = result;
      const looked = statuses.get(401) ?? 0;
      for (const status of statuses.keys())
        if (![401, 429].includes(status)) broken.push(`an answer of status ${status}`);
      // Five are free, then eight a second at most; those that were on their way when the fifth failed are free too.
      const most = 5 + GUESSERS + 8 * (seconds + 2);
      if (looked > most) broken.push(`${looked} passwords were looked at in ${seconds} s`);
      if (before !== 200) broken.push(`the right password was answered with ${before}`);
      const garbled = await garble(target.locked, broken);
      // Whoever shares the address of the guesser gets in as well, after a second.
      const after = await status(target.locked, basic("user", "pass"));
      if (after !== 200) broken.push(`the right password was answered with ${after} afterwards`);
      const times: Record<string, number> = {};
      for (const [form, stored] of [
        ["clear", "correct horse battery"],
        ["sha", `{SHA}${sha1("correct horse battery")}`],
      ] as const)
        for (const [what, far, near] of GUESSES) {
          const t = await leastOf(3, () => timingDifference(stored, far, near, random));
          times[`${form}, ${what}`] = t;
          if (t >= 4.5) broken.push(`${form}: ${what} can be told by the clock, |t| = ${t}`);
        }
      return {
        figures: {
          guesses: 10_000,
          lookedAt: looked,
          turnedAway: statuses.get(429) ?? 0,
          seconds,
          othersP99: bystander.p99,
          oddHeaders: garbled,
          ...times,
        },
        broken: [...broken.slice(0, 10), ...(await target.brokenPromises())],
      };
    } finally {
      await target.close();
    }
  },
};

async function guess(port: number, count: number, random: Random) {
  const statuses = new Map<number, number>();
  const before = await status(port, basic("user", "pass"));
  const began = performance.now();
  let sent = 0;
  const guesser = async (): Promise<void> => {
    while (sent < count) {
      sent++;
      const wrong = random.pick(["", "Pass", "pass ", "pas", "passs", "word", `x${sent}`, "päss"]);
      const got = await status(port, basic(random.pick(["user", "user", "admin", ""]), wrong));
      statuses.set(got, (statuses.get(got) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: GUESSERS }, guesser));
  return { statuses, before, seconds: Math.round((performance.now() - began) / 100) / 10 };
}

/** Headers that are no Basic credentials; returns how many. */
async function garble(port: number, broken: string[]): Promise<number> {
  const good = Buffer.from("user:pass").toString("base64");
  const values = [
    "", "Basic", "Basic ", "Basic  ", good, `basic:${good}`, `Digest ${good}`, `Bearer ${good}`, `Negotiate ${good}`,
    `Basic ${good}x`, `Basic ${good} x`, `Basic ${good},Basic ${good}`, `Basic =${good}`, `Basic "${good}"`, `Basic ${good}==`,
    "Basic dXNlcg==", "Basic Og==", "Basic OnBhc3M=", "Basic dXNlcjo=", "Basic ////", "Basic \u00ff\u00fe", "Basic gICA",
    `Basic ${Buffer.from("user\0:pass").toString("base64")}`, `Basic ${Buffer.from("user:pass\0").toString("base64")}`,
    `Basic ${Buffer.from("user:pass\n").toString("base64")}`, `Basic ${Buffer.from("\ufeffuser:pass").toString("base64")}`,
    `Basic ${Buffer.from("user:pass", "utf16le").toString("base64")}`, `Basic ${"A".repeat(12_000)}`,
  ]; // prettier-ignore
  for (const value of values) {
    const got = await status(port, value);
    if (got !== 401 && got !== 429) broken.push(`Authorization: ${JSON.stringify(value)} was answered with ${got}`);
  }
  return values.length;
}

async function status(port: number, authorization: string): Promise<number> {
  const headers = { Authorization: authorization };
  return (await ask({ port, path: "/ok.html", headers })).status;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** What one might find out by the clock: two wrong guesses of the same length, one of them nearer. */
const GUESSES = [
  [
    "the first letters",
    { username: "user", password: "xxxxxxxxxxxxxxxxxxxxx" },
    { username: "user", password: "correct horse batterx" },
  ],
  ["the name", { username: "xxxx", password: "wrong" }, { username: "user", password: "wrong" }],
] as const;

type Guess = (typeof GUESSES)[number][1 | 2];

/** |t| of Welch between the times of two guesses, taken by turns in random order; the slowest tenth is the machine's. */
async function timingDifference(stored: string, far: Guess, near: Guess, random: Random): Promise<number> {
  const check = createCredentialCheck("user", stored);
  const times: [number[], number[]] = [[], []];
  for (let index = 0; index < 6000; index++) {
    const which = random.whole(0, 1) as 0 | 1;
    const guess = which === 0 ? far : near;
    const began = process.hrtime.bigint();
    await check(guess);
    // The first third warms up.
    if (index >= 2000) times[which].push(Number(process.hrtime.bigint() - began));
  }
  const [a, b] = times.map((all) => all.toSorted((x, y) => x - y).slice(0, Math.floor(all.length * 0.9)));
  return (
    Math.round((Math.abs(mean(a) - mean(b)) / Math.sqrt(variance(a) / a!.length + variance(b) / b!.length)) * 10) / 10
  );
}

function mean(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[] = []): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

/** A real difference is there each time; one of a busy machine is not. */
async function leastOf(times: number, measure: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let turn = 0; turn < times && least >= 4.5; turn++) least = Math.min(least, await measure());
  return least;
}
