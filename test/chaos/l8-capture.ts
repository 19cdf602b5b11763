import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CAPTURE_BEGIN, CAPTURE_END, CaptureScanner } from "../../src/protocol/capture-scanner.ts";
import type { ChaosTest } from "./chaos-test.ts";
import type { Random } from "./random.ts";
import { residentOf, World } from "./world.ts";

const MAXBYTES = 4096;
const BEGIN = Buffer.from(CAPTURE_BEGIN);
const END = Buffer.from(CAPTURE_END);
/** A last chunk: Supervisor holds back what is no longer than a token, and would still have it. */
const TAIL = Buffer.from(`${"z".repeat(100)}\n`);

/** Messages between tokens, however they are cut, nested, broken or left without an end. */
export const capture: ChaosTest = {
  id: "L8",
  title: "capture tokens cut at every byte, nested, half, at random; a message that never ends",
  criterion:
    "log and messages byte for byte as Supervisor's own dispatcher has them; no message longer than capture_maxbytes; memory bounded",
  async run({ random, full }) {
    const streams = [...everyCut(), ...Array.from({ length: 10_000 }, () => randomStream(random))];
    const theirs = await supervisors(streams);
    if (theirs === null) return { figures: {}, broken: [], skipped: "Supervisor is not installed" };
    const broken: string[] = [];
    let [messages, bytes, different] = [0, 0, 0];
    for (const [index, chunks] of streams.entries()) {
      const ours = scan(chunks);
      messages += ours.messages.length;
      bytes += Buffer.concat(chunks).length;
      if (ours.messages.some((one) => one.length > MAXBYTES)) broken.push(`stream ${index}: too long a message`);
      const [text = "", told = []] = theirs[index] ?? [];
      const same = text === ours.text.toString("base64") && isSameList(told, ours.messages);
      if (!same && different++ === 0)
        broken.push(`stream ${index} differs: ${Buffer.concat(chunks).toString("latin1")}`);
    }
    const { peak, logged, ...endless } = await neverEnding(full ? 100 : 30);
    if (different > 0) broken.push(`${different} streams differ`);
    if (peak > 80) broken.push(`the keeper grew by ${peak} MiB`);
    if (logged > 1_000_000 + BEGIN.length + 1) broken.push(`${logged} bytes of an unfinished message were kept`);
    if (!endless.letters) broken.push("tokens that came letter by letter were not recognized");
    return {
      figures: {
        streams: streams.length,
        bytes,
        messages,
        different,
        unendedMB: full ? 100 : 30,
        logged,
        growthMiB: peak,
      },
      broken,
    };
  },
};

function scan(chunks: readonly Buffer[]): { text: Buffer; messages: Buffer[] } {
  const scanner = new CaptureScanner(MAXBYTES);
  const pieces = chunks.flatMap((chunk) =>
    scanner.push(chunk).map(({ kind, bytes }) => ({ kind, bytes: Buffer.from(bytes) })),
  );
  const of = (kind: string): Buffer[] => pieces.filter((piece) => piece.kind === kind).map((piece) => piece.bytes);
  return { text: Buffer.concat(of("text")), messages: of("captured") };
}

function isSameList(told: readonly string[], messages: readonly Buffer[]): boolean {
  return told.length === messages.length && messages.every((one, index) => one.toString("base64") === told[index]);
}

/** One stream with everything in it, in two chunks at every place and in chunks of every size. */
function everyCut(): Buffer[][] {
  const stream = Buffer.concat([
    Buffer.from("before <!--XSUPER"),
    ...["BEGIN", "one <!--X", "BEGIN", " nested", "END", "between", "END", "BEGIN", "END", "BEGIN"].map(part),
    ...["<!--XSUPERVISOR:EN<!-", "END", "BEGIN", "x", "END"].map(part),
  ]);
  const cuts = Array.from({ length: stream.length - 1 }, (_, at) => [
    stream.subarray(0, at + 1),
    stream.subarray(at + 1),
  ]);
  const sizes = Array.from({ length: 60 }, (_, size) => inChunks(stream, () => size + 1));
  return [...cuts, ...sizes].map((chunks) => [...chunks, TAIL]);
}

function part(text: string): Buffer {
  return text === "BEGIN" ? BEGIN : text === "END" ? END : Buffer.from(text);
}

function randomStream(random: Random): Buffer[] {
  const parts: Buffer[] = [];
  let open = false;
  for (let part = random.whole(1, 12); part > 0; part--) {
    const kind = random.whole(0, 5);
    if (kind === 0) parts.push(BEGIN);
    else if (kind === 1) parts.push(END);
    else if (kind === 2) parts.push(random.pick([BEGIN, END]).subarray(0, random.whole(1, 23)));
    else
      parts.push(
        Buffer.from(Array.from({ length: random.whole(0, 60) }, () => random.pick([60, 33, 45, 88, 10, 0, 255, 97]))),
      );
  }
  // What is left open has no end that could be compared: Supervisor forgets it.
  for (const { kind } of new CaptureTokens(Buffer.concat(parts))) open = kind === "begin";
  return [...inChunks(Buffer.concat([...parts, ...(open ? [END] : [])]), () => random.whole(1, 70)), TAIL];
}

/** The tokens that count: the first end after a begin, the first begin after that. */
class CaptureTokens implements Iterable<{ kind: "begin" | "end" }> {
  readonly #stream: Buffer;

  constructor(stream: Buffer) {
    this.#stream = stream;
  }

  *[Symbol.iterator](): Generator<{ kind: "begin" | "end" }> {
    for (let at = 0, kind: "begin" | "end" = "begin"; ; kind = kind === "begin" ? "end" : "begin") {
      const token = kind === "begin" ? BEGIN : END;
      const found = this.#stream.indexOf(token, at);
      if (found === -1) return;
      yield { kind };
      at = found + token.length;
    }
  }
}

function inChunks(stream: Buffer, size: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const end = at + size();
    chunks.push(stream.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** What Supervisor makes of them: log and messages, base64. `null` if it is not here. */
async function supervisors(
  streams: readonly (readonly Buffer[])[],
): Promise<(readonly [string, readonly string[]])[] | null> {
  const oracle = spawn(
    "/usr/bin/python3",
    [join(resolve(import.meta.dirname, "../oracle"), "capture.py"), String(MAXBYTES)],
    {
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  oracle.on("error", () => {});
  oracle.stdin.on("error", () => {});
  oracle.stdin.end(
    streams.map((chunks) => `${JSON.stringify(chunks.map((chunk) => chunk.toString("base64")))}\n`).join(""),
  );
  let said = "";
  oracle.stdout.setEncoding("utf8");
  for await (const chunk of oracle.stdout) said += chunk as string;
  const lines = said.split("\n").filter(Boolean);
  return lines.length === streams.length ? lines.map((line) => JSON.parse(line) as [string, string[]]) : null;
}

/** The same in a real keeper: a message without an end, and tokens that come letter by letter. */
async function neverEnding(megabytes: number): Promise<{ peak: number; logged: number; letters: boolean }> {
  const world = new World();
  try {
    const perl = (script: string): string => `perl -e '$| = 1; ${script}'`;
    const once = { startsecs: 0, autorestart: false, autostart: false };
    world.configure({
      endless: {
        ...once,
        command: perl(`print "${BEGIN.toString()}"; print "x" x 1e6 for 1..${megabytes};`),
        stdoutCaptureMaxbytes: 1_000_000,
      },
      letters: {
        ...once,
        command: perl(
          `syswrite(STDOUT, $_) for split //, "a${BEGIN.toString()}m${BEGIN.toString()}n${END.toString()}b";`,
        ),
        stdoutCaptureMaxbytes: 1000,
      },
    });
    await world.up();
    const { pid } = await world.status();
    const before = residentOf(pid);
    await world.client.call("start", { wait: false });
    let peak = 0;
    await world.until(async () => {
      peak = Math.max(peak, residentOf(pid) - before);
      return (await world.status()).processes.every((one) => one.state === "EXITED");
    }, "both to end");
    const letters = readFileSync(join(world.logs, "letters.log"), "latin1") === "ab";
    return { peak: Math.round(peak), logged: statSync(join(world.logs, "endless.log")).size, letters };
  } finally {
    await world.close();
  }
}
