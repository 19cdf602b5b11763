import * as fc from "fast-check";
import { ALIASES, SUPERVISOR_METHODS } from "../../src/protocol/contract.ts";
import type { Encodable } from "../../src/protocol/xml-rpc-value.ts";
import { PROGRAMS } from "./legacy-programs.ts";

/*
 * Calls made up at random, sensible and not, for programs that both daemons are given: every method but `shutdown` and
 * `restart`, which are only called wrongly. Signals are those that no program here minds.
 */

/** Starts are over at once, so that little is ever on its way; `sink` swallows what it is sent. */
export const RANDOM_PROGRAMS = `${PROGRAMS.replaceAll("command=/bin/sleep 1000", "command=/bin/sleep 1000\nstartsecs=0").replace("/bin/cat", "/bin/cat\nstartsecs=0")}
[program:sink]
command=/bin/sh -c "exec cat >/dev/null"
startsecs=0
stdout_logfile=@/logs/sink.out
redirect_stderr=true
[program:spare]
command=/bin/sleep 1000
startsecs=0
autostart=false
`;

/** What `cat` is made to have written: bytes and characters differ in it, and XML has to be escaped. */
export const LOG_TEXT = "0123456789 héllo\n<&>";

export type Call = readonly [method: string, params: readonly Encodable[]];

export interface RandomCall {
  readonly call: Call;
  /** States or logs may be other ones afterwards: nothing may be sent before its answer is there and all is quiet again. */
  readonly changes: boolean;
}

const known =
  "cat cat:cat grp grp: grp:* grp:a grp:b grp:zz idle flaky nofile notexec sink spare spare:* nosuch nosuch:x nosuch:* : * a:b:c"
    .split(" ")
    .concat("");
const name: fc.Arbitrary<Encodable> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...known) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."aé:*/ <&'\"\\%\n😀cat"), maxLength: 6 }) },
);
const odd = fc.constantFrom<Encodable[]>(0, 1, -3, "1", "0", "", true, false, 2.7, " 5 ", [], {}, [1], { a: "b" });
const number: fc.Arbitrary<Encodable> = fc.oneof(
  fc.integer({ min: -30, max: 30 }),
  fc.constantFrom<Encodable[]>(0, 0, 1, 100, -100, "3", " 7 ", "-2", 2.7, true, 2147483647, -2147483648),
);
const wait = fc.constantFrom<Encodable[][]>([], [true], [false], [1], [0], ["0"], [""]);
const signal = fc.constantFrom<Encodable[]>(
  ..."sigcont|CONT| CONT |Urg|SIGWINCH|28|0|BAD|-1||SIGSIG|SIG|99|1e3".split("|"),
  0,
  18,
  99,
  -1,
  18.5,
  0.5,
);

const call = (method: string, ...params: fc.Arbitrary<Encodable>[]): fc.Arbitrary<Call> =>
  fc.tuple(...params).map((args): Call => [`supervisor.${method}`, args]);
const withWait = (method: string, target = name): fc.Arbitrary<Call> =>
  fc.tuple(target, wait).map(([one, more]): Call => [`supervisor.${method}`, [one, ...more]]);

const methods = [...Object.keys(SUPERVISOR_METHODS), ...Object.keys(ALIASES)];
const introspection = fc
  .tuple(
    fc.constantFrom("system.methodSignature", "system.methodHelp"),
    fc.oneof(fc.constantFrom<Encodable[]>(...methods, "system.multicall", "x", "supervisor.nosuch"), name, odd),
  )
  .map(([method, one]): Call => [method, [one]]);

/** The right method with the wrong arguments, or none at all. */
const wrong = fc
  .constantFrom(...methods, "supervisor.nosuch", "supervisor._update", "nosuch.getPID", "supervisor", "a.b.c")
  .chain((method) => {
    const arity = (SUPERVISOR_METHODS as Record<string, { params: readonly unknown[] }>)[method]?.params.length ?? 0;
    const isHarmless = /read|tail|getProcessInfo|signalProcess$|methodHelp/.test(method);
    // Of what could do something only too many arguments are tried, and of what takes none only one or two.
    const least = isHarmless ? 0 : arity + 1;
    return fc.array(odd, { minLength: least, maxLength: arity + 2 }).map((args): Call => [method, args]);
  });

const looks: fc.Arbitrary<Call> = fc.oneof(
  call("getProcessInfo", name),
  call("getAllProcessInfo"),
  call("getAllConfigInfo"),
  call("readLog", number, number),
  fc.constantFrom("getState", "getVersion", "getAPIVersion", "getPID", "getIdentification", "reloadConfig").chain(call),
  ...["readProcessStdoutLog", "readProcessStderrLog", "readProcessLog"].map((m) => call(m, name, number, number)),
  ...["tailProcessStdoutLog", "tailProcessStderrLog", "tailProcessLog"].map((m) => call(m, name, number, number)),
  fc.constantFrom("signalProcess", "signalProcessGroup").chain((method) => call(method, name, signal)),
  call("signalAllProcesses", signal),
  call(
    "sendProcessStdin",
    fc.constantFrom("sink", "grp:a", "idle", "nosuch", "sink:*", ""),
    fc.string({ maxLength: 9 }),
  ),
  call("sendRemoteCommEvent", fc.string({ maxLength: 5 }), fc.oneof(fc.string({ maxLength: 5 }), odd)),
  introspection,
  wrong,
);

const changes: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: withWait("startProcess") },
  { weight: 4, arbitrary: withWait("stopProcess") },
  {
    weight: 2,
    arbitrary: withWait("startProcessGroup", fc.constantFrom<Encodable[]>("grp", "cat", "idle", "nosuch", "grp:*")),
  },
  {
    weight: 2,
    arbitrary: withWait("stopProcessGroup", fc.constantFrom<Encodable[]>("grp", "cat", "idle", "nosuch", "grp:*")),
  },
  { weight: 1, arbitrary: wait.map((more): Call => ["supervisor.startAllProcesses", more]) },
  { weight: 1, arbitrary: wait.map((more): Call => ["supervisor.stopAllProcesses", more]) },
  { weight: 3, arbitrary: call("addProcessGroup", name) },
  { weight: 3, arbitrary: call("removeProcessGroup", name) },
  { weight: 2, arbitrary: call("clearProcessLogs", name) },
  { weight: 1, arbitrary: call("clearProcessLog", name) },
);

const inside = (calls: readonly Call[]): Call => [
  "system.multicall",
  [calls.map(([methodName, params]) => ({ methodName, params }))],
];
const nonsense = fc.constantFrom<Encodable[]>(
  {},
  { methodName: "" },
  { methodName: "supervisor.getAPIVersion", params: "" },
  { methodName: "system.multicall", params: [[]] },
  { params: [] },
);
const several = fc.oneof(
  { weight: 9, arbitrary: fc.array(looks, { maxLength: 16 }).map(inside) },
  {
    weight: 1,
    arbitrary: fc.array(nonsense, { minLength: 1, maxLength: 3 }).map((calls): Call => ["system.multicall", [calls]]),
  },
);

const random: fc.Arbitrary<RandomCall> = fc.oneof(
  { weight: 60, arbitrary: looks.map((one) => ({ call: one, changes: false })) },
  { weight: 8, arbitrary: several.map((one) => ({ call: one, changes: false })) },
  { weight: 2, arbitrary: changes.map((one) => ({ call: one, changes: true })) },
);

/** As many calls, those inside a multicall counted, as a seed brings forth again. */
export function randomCalls(seed: number, count: number): RandomCall[] {
  const drawn = fc.sample(random, { seed, numRuns: count });
  const taken: RandomCall[] = [];
  let left = count;
  for (const one of drawn) {
    if (left <= 0) break;
    taken.push(one);
    left -= callsIn(one.call);
  }
  return taken;
}

export function callsIn([method, params]: Call): number {
  return method === "system.multicall" && Array.isArray(params[0]) ? Math.max(1, params[0].length) : 1;
}
