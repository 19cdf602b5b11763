import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiClient } from "../../src/client/api-client.ts";
import { inBatches } from "../../src/client/in-batches.ts";
import { untilReady } from "../../src/client/until-ready.ts";
import type { ProcessReport, StreamItem } from "../../src/protocol/api.ts";

// A daemon as far as waiting for it goes: it tells what the test says, and counts how often it is asked for the status of all.

let folder: string;
let server: Server;
let stream: ServerResponse | null;
let told: Promise<void>;
let looks: number;
let answers: (() => void)[] | null;
let states: Map<string, Partial<ProcessReport>>;
let client: ApiClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sup-ready-"));
  stream = null;
  looks = 0;
  answers = null;
  states = new Map();
  let connected: () => void;
  told = new Promise((resolve) => (connected = resolve));
  server = createServer((request, response) => {
    if (request.url === "/api/v1/stream") {
      stream = response;
      tell({ type: "open", cursor: { life: "a", event: 0, keeper: "k", output: {} } });
      return connected();
    }
    looks++;
    const answer = (): void => void response.end(JSON.stringify({ processes: [...states].map(report) }));
    if (answers === null) answer();
    else answers.push(answer);
  });
  const socket = join(folder, "s");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  client = new ApiClient({ socket });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function tell(...items: StreamItem[]): void {
  stream?.write(items.map((item) => `${JSON.stringify(item)}\n`).join(""));
}

function report([name, what]: [string, Partial<ProcessReport>]): Partial<ProcessReport> {
  const { state = "STARTING", ready = false } = what;
  return {
    name,
    group: name,
    program: name,
    namespec: name,
    spawnerr: "",
    why: "",
    heldUpBy: [],
    ...what,
    state,
    ready,
  };
}

const RUNNING = { state: "RUNNING", ready: true } as const;
const common = { detail: "", failed: false, seq: 1 };
const never = new AbortController().signal;
const untilLooks = (count: number): Promise<void> => expect.poll(() => looks, { timeout: 60_000 }).toBe(count) as never;

test("a thousand starts are waited for with two looks at all of them", async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `p${index}`);
  for (const name of names) states.set(name, {});
  const ready = untilReady(client, [], never);
  await told;
  await untilLooks(1);
  const start = (namespec: string): void => {
    tell({ type: "state", namespec, from: "STARTING", to: "RUNNING", ...common });
    states.set(namespec, RUNNING);
    tell({ type: "ready", namespec, seq: 1 });
  };
  names.slice(1).forEach(start);
  for (let count = 0; count < 20; count++) await client.call("status", {});
  names.slice(0, 1).forEach(start);
  expect(await ready).toEqual([]);
  expect(looks).toBe(2 + 20);
});

test("what comes to an end is looked into: it may be as expected, or hold others up", async () => {
  states.set("web", {}).set("job", {});
  const ready = untilReady(client, ["web", "job"], never);
  await told;
  await untilLooks(1);
  states.set("job", { state: "EXITED" });
  tell({ type: "state", namespec: "job", from: "RUNNING", to: "EXITED", ...common });
  await untilLooks(2);
  states.set("db", { state: "FATAL" }).set("web", { heldUpBy: ["db"] });
  tell({ type: "state", namespec: "db", from: "BACKOFF", to: "FATAL", ...common });
  expect((await ready).map(({ namespec }) => namespec)).toEqual(["web", "db"]);
});

test("a thousand ends are looked into together", async () => {
  states.set("web", {});
  answers = [];
  const ready = untilReady(client, [], never);
  await told;
  await untilLooks(1);
  const end = { type: "state", namespec: "other", from: "RUNNING", to: "EXITED", ...common } as const;
  tell(...Array.from({ length: 1000 }, () => end));
  const [answer] = answers;
  answers = null;
  answer?.();
  for (let count = 0; count < 20; count++) await client.call("status", {});
  states.set("web", RUNNING);
  tell({ type: "ready", namespec: "web", seq: 1 });
  expect(await ready).toEqual([]);
  // One for each piece in which they came, of some 64 KiB, and ours.
  expect(looks).toBeLessThan(20 + 10);
});

test("time that runs out ends it at once, in the middle of a look, whatever waits to be read", async () => {
  states.set("web", {});
  answers = [];
  const controller = new AbortController();
  const ready = untilReady(client, [], controller.signal);
  ready.catch(() => undefined);
  await told;
  await untilLooks(1);
  for (let count = 0; count < 1000; count++)
    tell({ type: "state", namespec: "web", from: "RUNNING", to: "EXITED", ...common });
  controller.abort(new Error("enough"));
  await expect(ready).rejects.toThrow("enough");
  expect(looks).toBe(1);
});

test("batches hold all that came, in order, and end as what they are made of does", async () => {
  async function* three(): AsyncGenerator<number> {
    yield 1;
    yield 2;
    await new Promise((resolve) => setImmediate(resolve));
    yield 3;
    throw new Error("over");
  }
  const seen: number[] = [];
  const all = (async () => {
    for await (const batch of inBatches(three())) {
      seen.push(...batch);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await expect(all).rejects.toThrow("over");
  expect(seen).toEqual([1, 2, 3]);
});
