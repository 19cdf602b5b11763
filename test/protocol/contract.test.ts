import { describe, expect, it } from "vitest";
import { coerceArguments } from "../../src/protocol/coerce-arguments.ts";
import { ALIASES, CONTRACT, implementationOf } from "../../src/protocol/contract.ts";
import { Fault, FAULTS } from "../../src/protocol/faults.ts";
import { methodHelp, methodSignature } from "../../src/protocol/introspection.ts";
import { parseNamespec } from "../../src/protocol/namespec.ts";
import type { Decoded } from "../../src/protocol/xml-rpc-value.ts";

describe("the contract", () => {
  it("has 41 methods, of which five are second names", () => {
    expect(CONTRACT.size).toBe(41);
    expect(Object.keys(ALIASES)).toHaveLength(5);
  });

  it.each(Object.entries(ALIASES))("%s is %s", (alias, target) => {
    expect(CONTRACT.get(alias)).toBe(CONTRACT.get(target));
    expect(implementationOf(alias)).toBe(target);
  });

  it("knows no method by the name of an object's property", () => {
    for (const name of ["__proto__", "constructor", "toString", "supervisor.__proto__"]) {
      expect(CONTRACT.has(name)).toBe(false);
      expect(implementationOf(name)).toBe(null);
    }
  });

  it("gates everything but system.* and sendRemoteCommEvent", () => {
    const open = [...CONTRACT].filter(([, method]) => !method.gate).map(([name]) => name);
    expect(open.sort()).toEqual([
      "supervisor.sendRemoteCommEvent",
      "system.listMethods",
      "system.methodHelp",
      "system.methodSignature",
      "system.multicall",
    ]);
  });

  it("lets exactly the starting, stopping and clearing of processes wait", () => {
    const waiting = [...CONTRACT].filter(([, method]) => method.wait).map(([name]) => name.split(".")[1]);
    expect(waiting.sort()).toEqual([
      "clearAllProcessLogs",
      "multicall",
      "startAllProcesses",
      "startProcess",
      "startProcessGroup",
      "stopAllProcesses",
      "stopProcess",
      "stopProcessGroup",
    ]);
  });

  it.each([
    ["supervisor.readProcessLog", ["string", "string", "int", "int"]],
    ["supervisor.stopAllProcesses", ["array", "boolean"]],
    ["supervisor.signalProcess", ["boolean", "string", "string"]],
    ["supervisor.sendProcessStdin", ["boolean", "string", "string"]],
    ["system.multicall", ["array", "array"]],
    ["system.listMethods", ["array"]],
  ])("%s has its signature", (name, signature) => {
    expect(methodSignature(name)).toEqual(signature);
  });

  it("has help for every method, and a fault for others", () => {
    for (const name of CONTRACT.keys()) expect(methodHelp(name)).toContain(name);
    expect(() => methodHelp("supervisor.nosuch")).toThrow("SIGNATURE_UNSUPPORTED");
    expect(() => methodSignature("__proto__")).toThrow(Fault);
  });
});

const coerce = (name: string, ...params: Decoded[]) => coerceArguments(CONTRACT.get(name)!, params);

describe("arguments", () => {
  it.each<[string, Decoded[], readonly unknown[]]>([
    ["supervisor.startProcess", ["web"], ["web", true]],
    ["supervisor.startProcess", ["web", false], ["web", false]],
    ["supervisor.startProcess", ["web", 0], ["web", false]],
    ["supervisor.startProcess", ["web", ""], ["web", false]],
    ["supervisor.startProcess", ["web", "0"], ["web", true]],
    ["supervisor.startProcess", ["web", "false"], ["web", true]],
    ["supervisor.startProcess", ["web", null], ["web", false]],
    ["supervisor.startProcess", ["web", []], ["web", false]],
    ["supervisor.startProcess", ["web", new Map([["a", 1]])], ["web", true]],
    ["supervisor.readLog", ["3", 4.9], [3, 4]],
    ["supervisor.readLog", [" -3 ", true], [-3, 1]],
    ["supervisor.signalProcess", ["web", "hup"], ["web", "hup"]],
    ["supervisor.signalProcess", ["web", 1], ["web", 1]],
    ["supervisor.sendRemoteCommEvent", [5, null], ["5", "None"]],
    ["supervisor.sendRemoteCommEvent", [true, ["a", 1, false]], ["True", "['a', 1, False]"]],
    ["supervisor.readLog", [{ number: 3, text: "3.0" }, 0], [3, 0]],
    ["supervisor.startProcess", ["web", { number: 0, text: "0.0" }], ["web", false]],
    ["supervisor.sendRemoteCommEvent", [{ number: 1, text: "1.0" }, [{ number: 1, text: "1.0" }]], ["1.0", "[1.0]"]],
    ["supervisor.sendRemoteCommEvent", [new Map([["it's", 1.5]]), "x"], [`{"it's": 1.5}`, "x"]],
  ])("of %s %j become %j", (name, params, expected) => {
    expect(coerce(name, ...params)).toEqual(expected);
  });

  it.each<[string, Decoded[], string]>([
    ["supervisor.getProcessInfo", [], "INCORRECT_PARAMETERS"],
    ["supervisor.getProcessInfo", ["a", "b"], "INCORRECT_PARAMETERS"],
    ["supervisor.getProcessInfo", [5], "INCORRECT_PARAMETERS"],
    ["supervisor.getProcessInfo", [null], "INCORRECT_PARAMETERS"],
    ["supervisor.getProcessInfo", [{ dateTime: "20261120T10:00:00" }], "INCORRECT_PARAMETERS"],
    ["supervisor.readLog", ["x", 0], "INCORRECT_PARAMETERS"],
    ["supervisor.readLog", [0, NaN], "INCORRECT_PARAMETERS"],
    ["supervisor.readLog", [[], 0], "INCORRECT_PARAMETERS"],
    ["supervisor.signalProcess", ["web", []], "INCORRECT_PARAMETERS"],
    ["supervisor.sendProcessStdin", ["web", 5], "INCORRECT_PARAMETERS: 5"],
    ["supervisor.sendProcessStdin", ["web", null], "INCORRECT_PARAMETERS"],
    ["supervisor.sendProcessStdin", ["web", [true, "a"]], "INCORRECT_PARAMETERS: [True, 'a']"],
  ])("of %s %j are refused as %s", (name, params, faultString) => {
    expect(() => coerce(name, ...params)).toThrow(expect.objectContaining({ code: 2, faultString }));
  });
});

describe("faults", () => {
  it("have a code each; code 5 does not exist", () => {
    const codes = Object.values(FAULTS);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).not.toContain(5);
    expect(new Fault("NO_FILE").faultString).toBe("NO_FILE");
    expect(new Fault("BAD_NAME", "grp:*")).toMatchObject({ code: 10, faultString: "BAD_NAME: grp:*" });
  });
});

describe("a namespec", () => {
  it.each([
    ["foo", "foo", "foo"],
    ["g:p", "g", "p"],
    ["g:*", "g", null],
    ["g:", "g", null],
    ["g:a:b", "g", "a:b"],
    ["g:w*", "g", "w*"],
    ["", "", ""],
    [":p", "", "p"],
  ])("%j is group %j, process %j", (text, group, process) => {
    expect(parseNamespec(text)).toEqual({ group, process });
  });
});
