import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONTRACT, SUPERVISOR_METHODS, type RpcMethods } from "../../src/protocol/contract.ts";
import { Fault } from "../../src/protocol/faults.ts";
import type { Decoded } from "../../src/protocol/xml-rpc-value.ts";
import type { Dispatch } from "../../src/rpc/dispatch-type.ts";
import { MAX_READ } from "../../src/rpc/log-methods.ts";
import { Utf8Text } from "../../src/protocol/utf8-text.ts";
import { createDispatch } from "../../src/rpc/dispatch.ts";

const calls: unknown[] = [];
let closing = false;

/** Each method tells that it was called, with what. */
const methods = Object.fromEntries(
  Object.keys(SUPERVISOR_METHODS).map((name) => [
    name,
    (...args: unknown[]) => {
      calls.push([name, ...args]);
      if (args[0] === "fault") throw new Fault("BAD_NAME", "fault");
      if (args[0] === "bug") throw new TypeError("a mistake of ours");
      return name;
    },
  ]),
) as unknown as RpcMethods;

const dispatch = createDispatch({ methods, closing: () => closing, supervisorNamespace: true });

async function said(method: string, ...params: Decoded[]): Promise<unknown> {
  calls.length = 0;
  try {
    return await dispatch(method, params);
  } catch (error) {
    if (error instanceof Fault) return error.faultString;
    throw error;
  }
}

const call = (entries: Record<string, Decoded>): Decoded => new Map(Object.entries(entries));

describe("a call", () => {
  test.each([
    ["supervisor.startProcess", ["web"], ["supervisor.startProcess", "web", true]],
    ["supervisor.startProcess", ["web", false], ["supervisor.startProcess", "web", false]],
    ["supervisor.startProcess", ["web", "0"], ["supervisor.startProcess", "web", true]],
    ["supervisor.getVersion", [], ["supervisor.getAPIVersion"]],
    ["supervisor.tailProcessLog", ["web", "3", 4.9], ["supervisor.tailProcessStdoutLog", "web", 3, 4]],
    ["supervisor.clearProcessLog", ["web"], ["supervisor.clearProcessLogs", "web"]],
  ])("of %s with %j reaches its method with converted arguments", async (method, params, expected) => {
    expect(await said(method, ...params)).toBe(expected[0]);
    expect(calls).toEqual([expected]);
  });

  test.each([
    "supervisor",
    "supervisor.",
    ".getPID",
    "supervisor.getpid",
    "supervisor.getPID ",
    "supervisor._update",
    "supervisor.supervisord.options",
    "supervisor.constructor",
    "supervisor.__proto__",
    "__proto__.toString",
    "system.__proto__",
    "constructor.constructor",
    "toString",
    "",
  ])("of %j is unknown", async (method) => {
    expect(await said(method)).toBe("UNKNOWN_METHOD");
    expect(calls).toEqual([]);
  });

  test("of any other name reaches nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (name) => {
        fc.pre(!CONTRACT.has(name));
        expect(await said(name)).toBe("UNKNOWN_METHOD");
      }),
    );
  });

  test.each<[string, Decoded[]]>([
    ["supervisor.getPID", [1]],
    ["supervisor.startProcess", []],
    ["supervisor.startProcess", ["web", true, 1]],
    ["supervisor.getProcessInfo", [5]],
    ["supervisor.getProcessInfo", [null]],
    ["supervisor.readLog", ["x", 0]],
    ["system.methodHelp", []],
    ["system.listMethods", [1]],
    ["system.multicall", []],
    ["system.multicall", ["text"]],
    ["system.multicall", [new Map()]],
    ["system.multicall", [["text"]]],
    ["system.multicall", [Array.from({ length: 1001 }, () => call({ methodName: "supervisor.getPID" }))]],
  ])("of %s with %j has the wrong parameters", async (method, params) => {
    expect(await said(method, ...params)).toMatch(/^INCORRECT_PARAMETERS/);
    expect(calls).toEqual([]);
  });

  test("is refused while the daemon goes down, unless it is about events or the interface itself", async () => {
    closing = true;
    try {
      for (const [name, { gate, params }] of Object.entries(SUPERVISOR_METHODS)) {
        const args = params.map(() => "1");
        expect(await said(name, ...args)).toBe(gate ? "SHUTDOWN_STATE" : name);
      }
      expect(await said("system.listMethods")).toHaveLength(41);
      expect(await said("supervisor.startProcess")).toBe("INCORRECT_PARAMETERS");
    } finally {
      closing = false;
    }
  });

  test("names what is no text for an input, but for nothing at all", async () => {
    expect(await said("supervisor.sendProcessStdin", "cat", 5)).toBe("INCORRECT_PARAMETERS: 5");
    expect(await said("supervisor.sendProcessStdin", "cat", true)).toBe("INCORRECT_PARAMETERS: True");
    expect(await said("supervisor.sendProcessStdin", "cat", null)).toBe("INCORRECT_PARAMETERS");
  });

  test("that fails by a mistake of ours is no fault", async () => {
    await expect(dispatch("supervisor.getProcessInfo", ["bug"])).rejects.toThrow(TypeError);
  });
});

describe("several calls in one", () => {
  test("answer bare values, and structs for faults, in order", async () => {
    const answer = await said("system.multicall", [
      call({ methodName: "supervisor.getPID" }),
      call({ methodName: "supervisor.getProcessInfo", params: ["fault"] }),
      call({ methodName: "supervisor.getProcessInfo", params: ["bug"] }),
      call({ methodName: "system.multicall", params: [[]] }),
      call({ params: [] }),
      call({ methodName: null }),
      call({ methodName: "" }),
      call({ methodName: 5 }),
      call({ methodName: "supervisor.getPID", params: "x" }),
      call({ methodName: "supervisor.getPID", params: null }),
      call({ methodName: "supervisor.getPID", params: "" }),
      call({ methodName: "supervisor.getProcessInfo", params: ["web"] }),
    ]);
    expect(answer).toEqual([
      "supervisor.getPID",
      { faultCode: 10, faultString: "BAD_NAME: fault" },
      { faultCode: 30, faultString: "FAILED: a mistake of ours" },
      { faultCode: 2, faultString: "INCORRECT_PARAMETERS: Recursive system.multicall forbidden" },
      { faultCode: 2, faultString: "INCORRECT_PARAMETERS: No methodName" },
      { faultCode: 2, faultString: "INCORRECT_PARAMETERS: No methodName" },
      { faultCode: 1, faultString: "UNKNOWN_METHOD" },
      { faultCode: 1, faultString: "UNKNOWN_METHOD" },
      { faultCode: 2, faultString: "INCORRECT_PARAMETERS" },
      { faultCode: 2, faultString: "INCORRECT_PARAMETERS" },
      "supervisor.getPID",
      "supervisor.getProcessInfo",
    ]);
    expect(await said("system.multicall", [])).toEqual([]);
  });

  test("read no more of logs together than one may", async () => {
    const half = new Utf8Text(new Uint8Array(MAX_READ / 2));
    const reading = createDispatch({
      methods: {
        ...methods,
        "supervisor.readLog": (offset) => (offset === 0 ? half : new Utf8Text(new Uint8Array(offset))),
        "supervisor.tailProcessStdoutLog": () => [half, 1, true],
      },
      closing: () => false,
      supervisorNamespace: true,
    });
    const read = call({ methodName: "supervisor.readLog", params: [0, 0] });
    const more = call({ methodName: "supervisor.readLog", params: [1, 0] });
    const tail = call({ methodName: "supervisor.tailProcessStdoutLog", params: ["web", 0, 0] });
    const tooMuch = { faultCode: 30, faultString: `FAILED: more than ${MAX_READ} bytes of logs in one answer` };
    expect(await reading("system.multicall", [[read, tail, more, tail]])).toEqual([
      half,
      [half, 1, true],
      tooMuch,
      tooMuch,
    ]);
  });

  test("run strictly one after another", async () => {
    const order: string[] = [];
    let release = (): void => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    const waiting: Dispatch = createDispatch({
      methods: {
        ...methods,
        "supervisor.startProcess": async (name) => {
          order.push(`begin ${name}`);
          await slow;
          order.push(`end ${name}`);
          return true;
        },
        "supervisor.getPID": () => {
          order.push("getPID");
          return 1;
        },
      },
      closing: () => false,
      supervisorNamespace: true,
    });
    const done = waiting("system.multicall", [
      [call({ methodName: "supervisor.startProcess", params: ["web"] }), call({ methodName: "supervisor.getPID" })],
    ]);
    release();
    await done;
    expect(order).toEqual(["begin web", "end web", "getPID"]);
  });
});

test.each(["system.methodSignature", "system.methodHelp"])("%s knows no method that is no text", async (method) => {
  for (const value of [1, true, 1.5, null, [], new Map(), "x"]) {
    await expect(dispatch(method, [value])).rejects.toMatchObject({ faultString: "SIGNATURE_UNSUPPORTED" });
  }
});

test("without the supervisor interface only system.* is there", async () => {
  const bare = createDispatch({ methods, closing: () => false, supervisorNamespace: false });
  await expect(bare("supervisor.getPID", [])).rejects.toThrow("UNKNOWN_METHOD");
  await expect(bare("system.methodHelp", ["supervisor.getPID"])).rejects.toThrow("SIGNATURE_UNSUPPORTED");
  expect(await bare("system.listMethods", [])).toEqual([
    "system.listMethods",
    "system.methodHelp",
    "system.methodSignature",
    "system.multicall",
  ]);
});
