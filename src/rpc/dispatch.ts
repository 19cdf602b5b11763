import { coerceArguments } from "../protocol/coerce-arguments.ts";
import { CONTRACT, implementationOf, SUPERVISOR_METHODS, type RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import { listMethods, methodHelp, methodSignature } from "../protocol/introspection.ts";
import type { Decoded, Encodable } from "../protocol/xml-rpc-value.ts";
import type { Dispatch } from "./dispatch-type.ts";
import { multicall } from "./multicall.ts";

export interface DispatchOptions {
  readonly methods: RpcMethods;
  /** True once the daemon restarts or shuts down: gated methods are refused then. */
  readonly closing: () => boolean;
  /** False without a `[rpcinterface:supervisor]` section: only `system.*` exists then. */
  readonly supervisorNamespace: boolean;
}

/**
 * The one way into the remote methods, whatever door a call came through. A name is looked up in the contract's Map and
 * nowhere else; arguments are checked before anything happens.
 */
export function createDispatch({ methods, closing, supervisorNamespace }: DispatchOptions): Dispatch {
  const implementations: ReadonlyMap<string, unknown> = new Map(Object.entries(methods));
  const available = (name: string): boolean => supervisorNamespace || name.startsWith("system.");

  const dispatch: Dispatch = async (called, params) => {
    const method = CONTRACT.get(called);
    if (method === undefined || !available(called)) throw new Fault("UNKNOWN_METHOD");
    const name = implementationOf(called);
    if (name === null) return system(called, params);
    const args = coerceArguments(method, params);
    if (SUPERVISOR_METHODS[name].gate && closing()) throw new Fault("SHUTDOWN_STATE");
    // The contract's types tie each method to the arguments that coerceArguments makes for it.
    const implementation = implementations.get(name) as (...args: unknown[]) => Encodable | Promise<Encodable>;
    return implementation(...args);
  };

  const system = async (called: string, params: readonly Decoded[]): Promise<Encodable> => {
    // It takes its calls as they came: each is judged as a call of its own.
    if (called === "system.multicall") return multicall(params, dispatch);
    const method = CONTRACT.get(called);
    const [name = ""] = method === undefined ? [] : coerceArguments(method, params);
    switch (called) {
      case "system.listMethods":
        return listMethods().filter(available);
      case "system.methodHelp":
        return methodHelp(known(String(name)));
      case "system.methodSignature":
        return methodSignature(known(String(name)));
      default:
        throw new Fault("UNKNOWN_METHOD");
    }
  };

  const known = (name: string): string => {
    if (!available(name)) throw new Fault("SIGNATURE_UNSUPPORTED");
    return name;
  };

  return dispatch;
}
