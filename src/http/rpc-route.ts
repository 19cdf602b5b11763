import type { IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../protocol/faults.ts";
import type { LogLevel } from "../model/model.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import { decodeRequest } from "../protocol/xml-rpc-decode.ts";
import { encodeFault, responseParts, type Parts } from "../protocol/xml-rpc-encode.ts";
import type { Dispatch } from "../rpc/dispatch-type.ts";
import { isFromBrowser } from "./access/from-browser.ts";
import { refuseRequest, sendErrorPage } from "./error-page.ts";
import { readBody } from "./read-body.ts";
import { sendDocument } from "./send-document.ts";

export interface RpcRouteOptions {
  readonly dispatch: Dispatch;
  readonly onError: (error: unknown) => void;
  /** Told of each call, and of each request that is none, in Supervisor's words. */
  readonly log: (level: LogLevel, message: string) => void;
}

/**
 * Answers `POST /RPC2`: a fault is an ordinary answer (200); a body that is no XML-RPC is 400, one without a length 411, one
 * too large 413. Empty and chunked bodies are read like any other, where Supervisor hangs or refuses.
 */
export async function answerRpc(
  request: IncomingMessage,
  response: ServerResponse,
  { dispatch, onError, log }: RpcRouteOptions,
): Promise<void> {
  if (request.method !== "POST") return sendErrorPage(response, 400);
  if (request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined) {
    return sendErrorPage(response, 411);
  }
  // A page of another origin cannot send XML without asking us first. A unix socket, too, may have a proxy in front of it.
  if (!isXml(request) && isFromBrowser(request)) {
    return refuseRequest(request, response, 415, { detail: "The Content-Type of a call is text/xml." });
  }
  const body = await readBody(request);
  if (body === null) return sendErrorPage(response, 413, { headers: { Connection: "close" } });
  const call = decodeRequest(body);
  if (!call.ok) {
    const data = pythonRepr(body.subarray(0, MAX_SHOWN).toString("utf8"));
    const what = call.reason === "no methodName" ? "no method name" : "unmarshallable";
    log("error", `XML-RPC request data ${data} is invalid: ${what}`);
    return sendErrorPage(response, 400);
  }

  let document: Parts;
  try {
    log("trace", `XML-RPC method called: ${call.method}()`);
    document = responseParts(await dispatch(call.method, call.params));
    log("trace", `XML-RPC method ${call.method}() returned successfully`);
  } catch (error) {
    if (!(error instanceof Fault)) {
      onError(error);
      return sendErrorPage(response, 500);
    }
    log("trace", `XML-RPC method ${call.method}() returned fault: [${error.code}] ${error.faultString}`);
    document = [encodeFault(error.code, error.faultString)];
  }
  await sendDocument(response, document);
}

/** Bytes of such a request that go into the log: anybody who can reach the door can send a megabyte. */
const MAX_SHOWN = 200;

function isXml(request: IncomingMessage): boolean {
  return /^(?:text|application)\/xml\s*(?:;|$)/i.test((request.headers["content-type"] ?? "").trim());
}
