import { CONTRACT, type ParameterKind, type WireType } from "./contract.ts";
import { Fault } from "./faults.ts";

/** Answer of `system.listMethods`. */
export function listMethods(): readonly string[] {
  return [...CONTRACT.keys()].sort();
}

/**
 * Answer of `system.methodHelp`.
 *
 * @throws Fault SIGNATURE_UNSUPPORTED for an unknown method.
 */
export function methodHelp(name: string): string {
  const method = find(name);
  const parameters = method.params.map((parameter) =>
    parameter.default === undefined ? parameter.name : `${parameter.name}=${parameter.default}`,
  );
  return `${name}(${parameters.join(", ")}) -> ${method.returns}\n\n${method.help}`;
}

/**
 * Answer of `system.methodSignature`: the result's type, then the types of all parameters, optional ones included.
 *
 * @throws Fault SIGNATURE_UNSUPPORTED for an unknown method.
 */
export function methodSignature(name: string): readonly string[] {
  const method = find(name);
  if (name === "system.multicall") return ["array", "array"];
  return [method.returns, ...method.params.map((parameter) => wireType(parameter.kind))];
}

function find(name: string) {
  const method = CONTRACT.get(name);
  if (method === undefined) throw new Fault("SIGNATURE_UNSUPPORTED");
  return method;
}

function wireType(kind: ParameterKind): WireType {
  switch (kind) {
    case "integer":
      return "int";
    case "flag":
      return "boolean";
    case "text":
    case "signal":
    case "stdin":
    case "anything":
      return "string";
  }
}
