import type { IncomingMessage, ServerResponse } from "node:http";
import type { ActionResult, StatusReport } from "../../protocol/api.ts";
import { Fault } from "../../protocol/faults.ts";
import type { ApiMethods } from "../../rpc/api-methods.ts";
import { Refusal } from "../../rpc/control.ts";
import type { Dispatch } from "../../rpc/dispatch-type.ts";
import { processKey } from "../../model/model.ts";
import { refuseRequest } from "../error-page.ts";
import { isFromBrowser } from "../access/from-browser.ts";
import { whyForeign } from "../access/origin-check.ts";
import { readBody } from "../read-body.ts";

/** What a form of ours asks for. */
export interface WebAction {
  readonly verb: "start" | "stop" | "restart" | "signal" | "clear" | "update";
  /** `group:name`, `group:*`, or `all`. */
  readonly names: readonly string[];
  readonly signal: string;
}

export interface ActionParts {
  readonly methods: ApiMethods;
  readonly dispatch: Dispatch;
}

/**
 * Reads a form; `null` means that the request has been answered: it came from a page of somebody else, or is no form. Unlike
 * the checks of a TCP server this one holds for unix sockets too: a proxy in front may bring browsers there.
 *
 * @param anyType reads a body of any type as a form, unless a browser sends it.
 */
export async function readForm(
  request: IncomingMessage,
  response: ServerResponse,
  anyType = false,
): Promise<URLSearchParams | null> {
  const refuse = async (status: number, detail: string): Promise<null> => {
    await refuseRequest(request, response, status, { detail });
    return null;
  };
  if (request.method !== "POST") return refuse(405, "Actions are sent with POST.");
  const site = request.headers["sec-fetch-site"];
  const reason = whyForeign({
    method: "POST",
    host: request.headers.host,
    origin: request.headers.origin,
    fetchSite: Array.isArray(site) ? site[0] : site,
    ownNames: [],
    hasPassword: true,
  });
  if (reason !== null) return refuse(403, reason);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
  if (!isForm && !(anyType && !isFromBrowser(request))) {
    return refuse(415, "An action is a form: application/x-www-form-urlencoded.");
  }
  const body = await readBody(request);
  return body === null ? refuse(413, "The form is too large.") : new URLSearchParams(body.toString("utf8"));
}

/** `do` holds verb and name of one button, `selected` the verb for all `name`s that are ticked. `null`: neither. */
export function parseAction(form: URLSearchParams): WebAction | null {
  const signal = form.get("signal") ?? "";
  const one = /^(\w+)(?: ([\s\S]+))?$/.exec(form.get("do") ?? "");
  const verb = one?.[1] ?? form.get("selected") ?? "";
  if (!isVerb(verb)) return null;
  const names = one === null ? form.getAll("name") : one[2] === undefined ? [] : [one[2]];
  return { verb, names, signal };
}

/** Milliseconds after which an answer no longer waits for what has begun. */
const PATIENCE = 4000;

/** Does it and says in a sentence or two what came of it. Never throws for what the caller did wrong. */
export async function perform(action: WebAction, parts: ActionParts): Promise<{ ok: boolean; text: string }> {
  const { verb } = action;
  if (verb === "update") return applyConfig(parts);
  if (action.names.length === 0) return { ok: false, text: "No process is selected." };
  const results = begin(action, parts);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE);
  });
  try {
    const done = await Promise.race([results, late]);
    return done === null
      ? { ok: true, text: `${IN_PROGRESS[verb]} ${nameList(action.names)}; that takes a while.` }
      : summarize(verb, action, done);
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, text: `Refused: ${error.message}.` };
    throw error;
  } finally {
    clearTimeout(timer);
    // What fails after we have answered shows in the states.
    results.catch(() => undefined);
  }
}

const VERBS = ["start", "stop", "restart", "signal", "clear", "update"] as const;
const DONE = {
  start: "Started",
  stop: "Stopped",
  restart: "Restarted",
  signal: "Signalled",
  clear: "Cleared the logs of",
};
const IN_PROGRESS = {
  start: "Starting",
  stop: "Stopping",
  restart: "Restarting",
  signal: "Signalling",
  clear: "Clearing",
};

function isVerb(text: string): text is WebAction["verb"] {
  return VERBS.some((verb) => verb === text);
}

async function begin(action: WebAction, { methods, dispatch }: ActionParts): Promise<readonly ActionResult[]> {
  const { names, signal } = action;
  switch (action.verb) {
    case "start":
      return methods.start({ names });
    case "stop":
      return methods.stop({ names });
    case "restart":
      return methods.restart({ names });
    case "signal":
      return methods.signal({ names, signal });
    case "clear":
      return clear(names, dispatch, await methods.status({}));
    case "update":
      return [];
  }
}

async function clear(
  names: readonly string[],
  dispatch: Dispatch,
  { processes }: StatusReport,
): Promise<readonly ActionResult[]> {
  const chosen = processes.filter(
    (one) => names.includes("all") || names.includes(processKey(one)) || names.includes(`${one.group}:*`),
  );
  if (chosen.length === 0) throw new Refusal(`there is no process ${names.join(", ")}`);
  return Promise.all(
    chosen.map(async (one) => {
      const { namespec, name, group } = one;
      try {
        await dispatch("supervisor.clearProcessLogs", [processKey(one)]);
        return { namespec, name, group, ok: true, error: "" };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return { namespec, name, group, ok: false, error: error.faultString };
      }
    }),
  );
}

async function applyConfig({ methods }: ActionParts): Promise<{ ok: boolean; text: string }> {
  const report = await methods.update({});
  if (!report.ok) return { ok: false, text: "The config has mistakes; nothing was changed." };
  const { steps } = report;
  if (steps.length === 0) return { ok: true, text: "Nothing to change." };
  return { ok: true, text: `Applied: ${nameList(steps.map((step) => `${step.action} ${step.namespec}`))}.` };
}

function summarize(
  verb: keyof typeof DONE,
  { signal }: WebAction,
  results: readonly ActionResult[],
): { ok: boolean; text: string } {
  const well = results.filter((result) => result.ok).map((result) => result.namespec);
  const failed = results.filter((result) => !result.ok);
  const parts: string[] = [];
  if (well.length > 0) parts.push(`${DONE[verb]} ${nameList(well)}${verb === "signal" ? ` with ${signal}` : ""}.`);
  if (failed.length > 0) {
    const reasons = failed.slice(0, 5).map((result) => `${result.namespec}: ${result.error}`);
    if (failed.length > 5) reasons.push(`and ${failed.length - 5} more`);
    parts.push(`Could not ${verb} ${reasons.join("; ")}.`);
  }
  return { ok: failed.length === 0, text: parts.join(" ") || "Nothing to do." };
}

function nameList(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`;
}
