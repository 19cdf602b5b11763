import type { ApiName } from "../../protocol/api.ts";
import { isArray, isStruct, type Decoded } from "../../protocol/xml-rpc-value.ts";
import type { ApiMethods } from "../../rpc/api-methods.ts";
import type { Dispatch } from "../../rpc/dispatch-type.ts";
import type { WebJournal } from "./journal.ts";

/*
 * What was asked for by other ways than the page, for its timeline. Only there: the daemon's log has Supervisor's lines. The
 * contract does not say who calls, so a line names the way in.
 */

/** The calls of `sup`, each noted as it comes in unless it only looks. */
export function auditedMethods(methods: ApiMethods, journal: WebJournal): ApiMethods {
  const audited = Object.entries(methods).map(([name, method]) => {
    if (!CHANGING_CALLS.has(name as ApiName)) return [name, method] as const;
    const noting = (args: { readonly names?: readonly string[]; readonly signal?: string }): unknown => {
      note(journal, "sup", [name, args.signal ?? "", ...(args.names ?? [])]);
      return (method as (args: unknown) => unknown)(args);
    };
    return [name, noting] as const;
  });
  // Each name has its own method again, wrapped.
  return Object.fromEntries(audited) as unknown as ApiMethods;
}

/** The calls of XML-RPC, `supervisorctl` among them; those within a multicall are noted one by one. */
export function auditedDispatch(dispatch: Dispatch, journal: WebJournal): Dispatch {
  const look = (method: string, params: readonly Decoded[]): void => {
    if (method === "system.multicall") {
      const [calls] = params;
      for (const call of calls !== undefined && isArray(calls) ? calls.filter(isStruct) : []) {
        const [name, args] = [call.get("methodName"), call.get("params")];
        if (typeof name === "string" && name !== method) look(name, args !== undefined && isArray(args) ? args : []);
      }
    }
    if (!CHANGING_METHODS.test(method)) return;
    // What is written to a program's input may be a password.
    const said = method.includes("send") ? params.slice(0, 1) : params;
    const words = said.filter((one) => typeof one === "string");
    note(journal, "XML-RPC", [method.replace(/^supervisor\./, ""), ...words]);
  };
  return (method, params) => {
    look(method, params);
    return dispatch(method, params);
  };
}

const CHANGING_CALLS: ReadonlySet<ApiName> = new Set([
  "start",
  "stop",
  "restart",
  "signal",
  "update",
  "shutdown",
  "hurry",
  "upgrade",
]);
const CHANGING_METHODS =
  /^supervisor\.(?:start|stop|signal|shutdown|restart|reloadConfig|clear|addProcess|removeProcess|send)/;

function note(journal: WebJournal, way: string, words: readonly string[]): void {
  const text = words.filter((word) => word !== "").join(" ");
  journal.add({ kind: "action", subject: "", text: `${way}: ${text.slice(0, 500)}`, tone: "plain" });
}
