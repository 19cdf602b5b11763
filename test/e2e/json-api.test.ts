import { readdirSync, readFileSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StreamItem } from "../../src/protocol/api.ts";
import { ask, freePort } from "../support/http.ts";
import { programs, Project } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";
import { EventSourceLike } from "../support/sse.ts";

const root = resolve(import.meta.dirname, "../..");
const document = JSON.parse(readFileSync(join(root, "docs/reference/openapi.json"), "utf8")) as Document;
const auth = { Authorization: `Basic ${Buffer.from("ann:secret").toString("base64")}` };
let project: Project;
let port: number;

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>;
}

beforeEach(async () => {
  project = new Project();
  port = await freePort();
});

afterEach(() => project.close());

async function start(entries: string): Promise<void> {
  project.write(
    "supervisor.config.ts",
    `import { defineConfig } from "sup";
     export default defineConfig({
       inetHttpServer: { port: "127.0.0.1:${port}", username: "ann", password: "secret" },
       programs: { ${entries} },
     });`,
  );
  const up = await project.sup("up", "-d", "--no-watch");
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
}

const call = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(
    {
      port,
      host: "127.0.0.1",
      path: `/api/v1/${path}`,
      method: "POST",
      headers: { ...auth, "Content-Type": "application/json", ...headers },
    },
    typeof body === "string" ? body : JSON.stringify(body),
  );

const get = (path: string) => ask({ port, host: "127.0.0.1", path: `/api/v1/${path}`, headers: auth });

const source = (query: string) =>
  new EventSourceLike({ port, host: "127.0.0.1", path: `/api/v1/stream?${query}`, headers: auth });

/** Rotates its log about once a second. */
const COUNTER = `count: {
  command: ${JSON.stringify(`perl ${join(programs, "count-aloud.pl")}`)},
  stdoutLogfileMaxbytes: 1500, stdoutLogfileBackups: 99, startsecs: 0, autorestart: false, stopwaitsecs: 1,
}`;

function counted(text: string): readonly number[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => Number(/^line (\d+)$/.exec(line)?.[1]));
}

/** Every line once and in order, from the first to the last. */
function expectWhole(text: string): void {
  const numbers = counted(text);
  const first = numbers[0] ?? 0;
  expect(numbers).toEqual(numbers.map((_, index) => first + index));
}

test("two who start, or restart, a program at once both learn what comes of it", async () => {
  // The second finds it STARTING: that is not yet that all is well.
  await start('bad: { command: "sh -c \\"sleep 0.5; exit 1\\"", startsecs: 1, startretries: 1, autostart: false }');
  for (const action of ["start", "restart"]) {
    const answers = await Promise.all([call(action, { names: ["bad"] }), call("start", { names: ["bad"] })]);
    for (const { body } of answers) expect(JSON.parse(body)).toMatchObject([{ ok: false }]);
    await call("stop", { names: ["bad"] });
  }
});

describe("the OpenAPI document", () => {
  test("says what a real daemon answers, for every operation", async () => {
    await start(
      `web: { command: "sleep 1000", startsecs: 0 }, other: { command: "sleep 1000", autostart: false, startsecs: 0 },
       stubborn: { command: "sh -c 'trap : TERM; while :; do sleep 1; done'", startsecs: 0, stopwaitsecs: 1000 },`,
    );
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema(document, "api");
    const driven = new Set<string>();
    const check = (path: string, method: string, status: number, type: string, value: unknown): void => {
      const operation = document.paths[`/api/v1/${path}`]?.[method];
      const content = operation?.responses[status]?.content?.[type];
      expect(content, `${method} ${path} ${status} ${type} is in the document`).toBeDefined();
      const pointer = ["paths", `/api/v1/${path}`, method, "responses", String(status), "content", type, "schema"];
      const validate = ajv.getSchema(
        `api#/${pointer.map((part) => encodeURIComponent(part.replaceAll("/", "~1"))).join("/")}`,
      );
      expect(validate?.(value), JSON.stringify({ path, errors: validate?.errors, value }, null, 1)).toBe(true);
      driven.add(operation?.operationId ?? "");
    };
    const post = async (path: string, body: unknown, status = 200): Promise<unknown> => {
      const answer = await call(path, body);
      expect(answer.status, answer.body).toBe(status);
      const value: unknown = JSON.parse(answer.body);
      check(path, "post", status, "application/json", value);
      return value;
    };

    const { supervisorPid } = await project.status();
    await post("upgrade", {});
    await project.until((status) => status.supervisorPid !== supervisorPid, "the next supervisor process");

    const follower = source("events=1&logs=1");
    await follower.open();
    await post("processes", { names: ["web"] });
    const status = await get("status");
    check("status", "get", 200, "application/json", JSON.parse(status.body));
    await post("status", {});
    expect(await post("start", { names: ["other"], noDeps: true })).toMatchObject([{ namespec: "other", ok: true }]);
    await post("stop", { names: ["other"] });
    await post("restart", { names: ["web"], wait: true });
    expect(await post("signal", { names: ["web"], signal: "CONT" })).toMatchObject([{ ok: true }]);
    await post("plan", {});
    await post("update", {});
    await post("stop", { names: ["nobody"] }, 409);
    await post("stop", { name: ["web"] }, 400);
    await post("signal", { signal: 1 }, 400);
    check("openapi.json", "get", 200, "application/json", JSON.parse((await get("openapi.json")).body));
    expect(JSON.parse((await get("openapi.json")).body)).toEqual(document);
    for (const [headers, expected] of [
      [{ Authorization: "" }, 401],
      [{ Origin: "http://evil.example" }, 403],
      [{ "Content-Type": "text/plain" }, 415],
    ] as const) {
      expect((await call("stop", {}, headers)).status).toBe(expected);
    }
    expect((await call("stop", " ".repeat((1 << 20) + 1))).status).toBe(413);

    const once = await get("stream?logs=1&follow=0&lines=5");
    for (const line of once.body.split("\n").filter((text) => text !== "")) {
      check("stream", "get", 200, "application/x-ndjson", JSON.parse(line));
    }
    driven.add("streamByGet");
    const posted = await call("stream", { logs: true, follow: false, lines: 1 });
    expect(posted.status).toBe(200);
    driven.add("stream");
    expect((await get("stream?lines=x")).status).toBe(400);
    expect((await call("stream", { lines: "x" })).status).toBe(400);

    await post("shutdown", {});
    await post("hurry", { seconds: 0 });
    await follower.end();
    for (const item of follower.items) check("stream", "get", 200, "application/x-ndjson", item);
    expect(new Set(follower.items.map((item) => item.type))).toEqual(
      new Set(["open", "position", "state", "ready", "plan", "end"]),
    );
    expect([...driven].sort()).toEqual(
      Object.values(document.paths)
        .flatMap((path) => Object.values(path).map((operation) => operation.operationId))
        .sort(),
    );
  });
});

describe("a stream of events", () => {
  test("goes on where it was cut off: every line once, through rotations and the death of the supervisor process", async () => {
    await start(`${COUNTER}, still: { command: "sleep 1000", startsecs: 0 }`);
    const follower = source("events=1&logs=1&lines=2");
    await follower.open();
    const seen = (): number => counted(follower.text("count")).at(-1) ?? 0;
    const more = (): Promise<void> => {
      const before = seen();
      return follower.until(() => seen() > before + 20, "more lines");
    };
    await more();

    // Away while lines are written and something happens.
    follower.cut();
    await follower.end();
    const events = follower.items.length;
    await project.sup("restart", "still");
    await follower.open();
    await more();
    const later = follower.items.slice(events);
    expect(
      later.filter((item) => item.type === "state" && item.namespec === "still").map((item) => "to" in item && item.to),
    ).toEqual(["STOPPING", "STOPPED", "STARTING", "RUNNING"]);
    expect(later.filter((item) => item.type === "missed" || item.type === "gap")).toEqual([]);

    // The supervisor process dies: what happened meanwhile is not known, what was written is.
    const { supervisorPid } = await project.status();
    sendSignal(supervisorPid, "SIGKILL");
    await follower.end();
    await project.until((status) => status.supervisorPid !== supervisorPid, "another supervisor process");
    const broken = follower.items.length;
    await follower.open();
    await more();
    const missed = follower.items.slice(broken).filter((item) => item.type === "missed" || item.type === "gap");
    expect(missed).toEqual([{ type: "missed", what: "events", reason: "another supervisor process answers now" }]);
    expectWhole(follower.text("count"));
    follower.cut();
  });

  test("says how much is gone when the log no longer has it", async () => {
    await start(COUNTER.replace("stdoutLogfileBackups: 99", "stdoutLogfileBackups: 0"));
    const follower = source("logs=1");
    await follower.open();
    await follower.until((items) => items.some((item) => item.type === "output"), "a line");
    follower.cut();
    await follower.end();
    const before = follower.text("count");
    const last = counted(before).at(-1) ?? 0;
    const tail = source("logs=1&lines=1");
    await tail.open();
    await tail.until(() => (counted(tail.text("count")).at(-1) ?? 0) > last + 400, "several rotations");
    tail.cut();
    await follower.open();
    await follower.until(
      (items) => items.at(-1)?.type === "output" && items.some((item) => item.type === "gap"),
      "a gap",
    );
    const gap = follower.items.find((item): item is Extract<StreamItem, { type: "gap" }> => item.type === "gap");
    await follower.until(() => counted(follower.text("count").slice(before.length)).length > 200, "lines after it");
    // What was heard, what is missing and what came later are all that was written.
    const after = follower.text("count").slice(before.length);
    const firstWhole = Number(/^line (\d+)$/m.exec(after.slice(after.indexOf("\n") + 1))?.[1]);
    const size = (from: number, to: number): number => {
      let bytes = 0;
      for (let number = from; number < to; number++) bytes += `line ${number}\n`.length;
      return bytes;
    };
    const first = counted(before)[0] ?? 1;
    expect(before.length + (gap?.bytes ?? 0) + after.indexOf("\n") + 1).toBe(size(first, firstWhole));
    follower.cut();
  });

  test("says so when the daemon was started anew, or the id is not one of ours", async () => {
    await start(COUNTER);
    const follower = source("logs=1&events=1");
    await follower.open();
    await follower.until((items) => items.some((item) => item.type === "output"), "a line");
    await project.sup("down");
    await follower.end();
    expect(follower.items.at(-1)).toEqual({ type: "end" });
    expect(await project.sup("up", "-d", "--no-watch")).toMatchObject({ exitCode: 0 });
    for (const id of [follower.lastId, "garbage"]) {
      const again = source("logs=1&events=1");
      again.lastId = id;
      await again.open();
      await again.until((items) => items.filter((item) => item.type === "missed").length === 2, "both are missed");
      again.cut();
    }
  });

  test("that nobody reads costs no memory: what its client then cannot be told is said, and it goes on", async () => {
    const name = "p".repeat(150);
    await start(
      `"${name}": { command: "sleep 1000", startsecs: 0, numprocs: 40, processName: "%(program_name)s_%(process_num)d", stdoutLogfile: "NONE" }`,
    );
    const [socketPath = ""] = readdirSync(join(project.folder, ".run"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith("control.sock"))
      .map((file) => join(project.folder, ".run", file));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { "Content-Type": "application/json" };
      request({ socketPath, path: "/api/v1/stream", method: "POST", headers, agent: false }, resolve)
        .once("error", reject)
        .end('{"events":true}');
    });
    // More than what the system and we hold for it, and more than is kept of what happened.
    for (let round = 0; round < 36; round++) expect((await call("restart", {})).status).toBe(200);
    await call("stop", {});

    const items: StreamItem[] = [];
    let [rest, bytes, bytesBefore] = ["", 0, 0];
    const reports = new Map<string, string>();
    for await (const chunk of response.setEncoding("utf8")) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const item = JSON.parse(line) as StreamItem;
        items.push(item);
        bytes += line.length;
        if (item.type === "missed") bytesBefore = bytes;
        if (item.type === "state") reports.set(item.namespec, item.to);
      }
      if (reports.size === 40 && [...reports.values()].every((state) => state === "STOPPED")) break;
    }
    const told = items.flatMap((item) => ("seq" in item ? [item.seq] : item.type === "missed" ? [-1] : []));
    const jumps = told.filter((seq, at) => at > 0 && seq !== -1 && seq !== (told[at - 1] ?? 0) + 1);
    // What was told at first, a gap that is told, and what the log still has.
    expect(items.filter((item) => item.type === "missed")).toEqual([
      { type: "missed", what: "events", reason: "too much has happened since" },
    ]);
    expect(jumps).toHaveLength(1);
    expect(told[told.indexOf(jumps[0] ?? 0) - 1]).toBe(-1);
    expect(bytesBefore).toBeLessThan(1.5 * 2 ** 20);
  });

  test("tells of plans, and of those that cannot be carried out", async () => {
    await start('web: { command: "sleep 1000", startsecs: 0 }');
    const follower = source("events=1");
    await follower.open();
    await follower.until((items) => items.some((item) => item.type === "open"), "the beginning");
    follower.cut();
    await follower.end();
    project.write("supervisor.config.ts", "export default { programs: { web: { command: 12 } } };");
    await call("update", {});
    await follower.open();
    await follower.until((items) => items.some((item) => item.type === "plan" && !item.report.ok), "the broken plan");
    follower.cut();
  });
});
