import * as fc from "fast-check";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONTRACT } from "../../src/protocol/contract.ts";
import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import type { Encodable } from "../../src/protocol/xml-rpc-value.ts";
import { startRealSupervisord } from "../oracle/real-supervisord.ts";
import { ask } from "../support/http.ts";
import { startLegacyDaemon } from "../support/legacy-daemon.ts";

/*
 * Calls made up at random, sensible and not, are sent one after another to a real supervisord and to our daemon. Both must
 * answer the same; where Supervisor fails with an internal error, we must refuse the parameters.
 */
const PROGRAMS = `
[program:cat]
command=/bin/cat
stdout_logfile=@/logs/cat.out
stderr_logfile=@/logs/cat.err
[program:a]
command=/bin/sleep 1000
priority=5
redirect_stderr=true
stdout_logfile=NONE
[program:b]
command=/bin/sleep 1000
priority=3
[group:grp]
programs=a,b
[program:idle]
command=/bin/sleep 1000
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:flaky]
command=/bin/sh -c "exit 9"
startretries=0
autostart=false
[program:nofile]
command=/nonexistent/prog
autostart=false
[program:notexec]
command=/etc/passwd
autostart=false
`;

interface Daemon {
  readonly folder: string;
  readonly socket: string;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly said: unknown;
}

let theirs: Daemon;
let ours: Daemon;
const pids = new Map<Daemon, unknown>();

beforeAll(async () => {
  [theirs, ours] = await Promise.all([startRealSupervisord(PROGRAMS), startLegacyDaemon(PROGRAMS)]);
  for (const daemon of [theirs, ours]) {
    const { body } = await send(daemon, "supervisor.getPID", []);
    pids.set(daemon, Number(/<int>(\d+)</.exec(body)?.[1]));
    await settled(daemon);
    writeFileSync(join(daemon.folder, "logs/cat.out"), "0123456789 héllo\n<&>");
  }
});

afterAll(() => Promise.all([theirs?.stop(), ours?.stop()]));

const names =
  "cat cat:cat grp grp: grp:* grp:a grp:b grp:zz idle flaky nofile notexec nosuch nosuch:x nosuch:* : * a:b:c"
    .split(" ")
    .concat("");
const name = fc.constantFrom(...names);
const odd: fc.Arbitrary<Encodable> = fc.constantFrom<Encodable[]>(
  0,
  1,
  -3,
  "1",
  "0",
  "",
  true,
  false,
  2.7,
  " 5 ",
  [],
  {},
);
const number: fc.Arbitrary<Encodable> = fc.constantFrom<Encodable[]>(0, 1, 4, 17, 100, -4, -100, "3", 2.7, true);
const wait = fc.constantFrom<Encodable[][]>([], [true], [false], [1], [0], ["0"], [""]);
const signal = fc.constantFrom<Encodable[]>(
  "HUP",
  "sigcont",
  " CONT ",
  0,
  18,
  "18",
  "BAD",
  99,
  "-1",
  "",
  "SIGSIG",
  1.5,
);

type Call = readonly [string, readonly Encodable[]];
const call = (method: string, ...params: fc.Arbitrary<Encodable>[]): fc.Arbitrary<Call> =>
  fc.tuple(...params).map((args): Call => [`supervisor.${method}`, args]);
const withWait = (method: string): fc.Arbitrary<Call> =>
  fc.tuple(name, wait).map(([one, more]): Call => [`supervisor.${method}`, [one, ...more]]);

/** Changes nothing. */
const looks = fc.oneof(
  call("getProcessInfo", name),
  call("getAllProcessInfo"),
  call("getAllConfigInfo"),
  call("getState"),
  call("readProcessStdoutLog", name, number, number),
  call("readProcessStderrLog", name, number, number),
  call("tailProcessStdoutLog", name, number, number),
  call("tailProcessStderrLog", name, number, number),
  call("addProcessGroup", name),
  call("reloadConfig"),
  call("signalProcess", name, signal),
  call("signalProcessGroup", name, signal),
  fc
    .constantFrom(
      "getProcessInfo",
      "startProcess",
      "stopProcessGroup",
      "readLog",
      "signalProcess",
      "sendProcessStdin",
      "nosuch",
      "shutdown",
    )
    .chain((method) =>
      fc
        .array(odd, { maxLength: method === "shutdown" ? 3 : 4, minLength: method === "shutdown" ? 1 : 0 })
        .map((args): Call => [`supervisor.${method}`, args]),
    ),
  fc
    .constantFrom("supervisor.startProcess", "supervisor.tailProcessLog", "system.multicall", "x", "")
    .map((one): Call => ["system.methodSignature", [one]]),
);

const changes = fc.oneof(
  withWait("startProcess"),
  withWait("stopProcess"),
  withWait("startProcessGroup"),
  withWait("stopProcessGroup"),
);

const several = fc
  .array(looks, { maxLength: 4 })
  .map((calls): Call => ["system.multicall", [calls.map(([methodName, params]) => ({ methodName, params }))]]);

const SEED = Number(process.env["SEED"] ?? 20261120);
const CALLS = Number(process.env["CALLS"] ?? 150);

test(`${CALLS} random calls get the same answers from both daemons (SEED=${SEED})`, async () => {
  const random = fc.oneof(
    { arbitrary: looks, weight: 6 },
    { arbitrary: changes, weight: 2 },
    { arbitrary: several, weight: 1 },
  );
  for (const [index, [method, params]] of fc.sample(random, { seed: SEED, numRuns: CALLS }).entries()) {
    await Promise.all([settled(theirs), settled(ours)]);
    const reference = await answer(theirs, method, params);
    const own = await answer(ours, method, params);
    const context = { index, method, params: JSON.stringify(params) };
    // A type that Supervisor stumbles over or takes at its word, or bytes that it cannot turn into text.
    const expected = reference.status === 500 ? { status: 200, said: own.said } : reference;
    expect({ ...context, ...own }).toEqual({ ...context, ...withOurRefusals(method, params, expected) });
  }
});

const REFUSED = { fault: 2, text: "INCORRECT_PARAMETERS" };

/** Supervisor is not of one mind about wrong types: an internal error, fault 2, or a search for a process called `False`. */
function withOurRefusals(method: string, params: readonly Encodable[], answer: Answer): Answer {
  if (method !== "system.multicall") {
    return isMistyped(method, params) && isFault(answer.said) ? { status: 200, said: REFUSED } : answer;
  }
  const calls = params[0] as readonly { readonly methodName: string; readonly params: readonly Encodable[] }[];
  const { value } = answer.said as { value: readonly unknown[] };
  const replaced = value.map((item, index) => {
    const one = calls[index];
    if (one === undefined || !isMistyped(one.methodName, one.params)) return item;
    return isFault(item) ? { faultCode: REFUSED.fault, faultString: REFUSED.text } : item;
  });
  return { status: answer.status, said: { value: replaced } };
}

function isFault(said: unknown): boolean {
  return typeof said === "object" && said !== null && ("fault" in said || "faultCode" in said);
}

function isMistyped(method: string, params: readonly Encodable[]): boolean {
  const kinds = CONTRACT.get(method)?.params ?? [];
  return kinds.some(({ kind }, index) => {
    const param = params[index];
    if (param === undefined) return false;
    if (kind === "text") return typeof param !== "string";
    return (kind === "integer" || kind === "signal") && typeof param === "object";
  });
}

async function settled(daemon: Daemon): Promise<void> {
  for (;;) {
    const { body } = await send(daemon, "supervisor.getAllProcessInfo", []);
    if (!/<string>(?:STARTING|STOPPING|BACKOFF)</.test(body)) return;
  }
}

function send(daemon: Daemon, method: string, params: readonly Encodable[]) {
  return ask(
    { socketPath: daemon.socket, path: "/RPC2", method: "POST", headers: { "Content-Type": "text/xml" } },
    encodeRequest(method, params),
  );
}

async function answer(daemon: Daemon, method: string, params: readonly Encodable[]): Promise<Answer> {
  const { status, body } = await send(daemon, method, params);
  if (status !== 200) return { status, said: null };
  const decoded = decodeResponse(Buffer.from(body));
  if (decoded.kind === "fault") return { status, said: { fault: decoded.code, text: evened(decoded.text, daemon) } };
  return { status, said: decoded.kind === "value" ? { value: evened(decoded.value, daemon) } : { value: "not XML" } };
}

/** Plain values: times are 1, pids are 1, folders are one, and what finishes first is not said. */
function evened(value: unknown, daemon: Daemon): unknown {
  if (typeof value === "string") {
    return value
      .replaceAll(daemon.folder, "FOLDER")
      .replace(/^(?:4\.2\.5|\d+\.\d+\.\d+)$/, "VERSION")
      .replace(/-[a-z0-9_]{8}\.log$/, "-RANDOM.log")
      .replace(/pid \d+, uptime \d+:\d\d:\d\d/, "pid N, uptime T")
      .replace(/[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/, "TIME");
  }
  if (typeof value === "number" && value === pids.get(daemon)) return "PID";
  if (value instanceof Map) {
    // `autorestart` came with version 4.4; the reference is 4.2.5.
    const members = [...(value as Map<string, unknown>)].filter(([name]) => name !== "autorestart");
    return Object.fromEntries(
      members.map(([name, member]) => {
        const counts = ["start", "stop", "now", "pid"].includes(name) && typeof member === "number";
        return [name, counts ? Math.sign(member) : evened(member, daemon)];
      }),
    );
  }
  if (!Array.isArray(value)) return value;
  const items = value.map((item) => evened(item, daemon));
  const isStatuses = items.every((item) => typeof item === "object" && item !== null && "status" in item);
  return isStatuses ? items.map((item) => JSON.stringify(item)).sort() : items;
}
