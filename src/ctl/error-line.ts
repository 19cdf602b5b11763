import { pythonRepr } from "../model/text/python-repr.ts";
import { BadAnswer, HttpFailure, RpcFault } from "./rpc-client.ts";
import { BadServerUrl } from "./server-address.ts";

/** A result code that an action has no words for. */
export class UnknownResult extends Error {
  override readonly name = "UnknownResult";
}

/**
 * The one line for every unexpected failure. Scripts match on `error:`, on the class and on `[Errno n]`, so it keeps the shape
 * and the class names of Supervisor's; only file and line are ours.
 */
export function errorLine(error: unknown): string {
  const [kind, text] = describe(error);
  return `error: <class '${kind}'>, ${text}: file: supervisorctl line: 1`;
}

/** A fault the way Python prints one. */
export function faultText(fault: RpcFault): string {
  return `<Fault ${fault.code}: ${pythonRepr(fault.faultString)}>`;
}

function describe(error: unknown): readonly [string, string] {
  if (error instanceof RpcFault) {
    return ["xmlrpc.client.Fault", faultText(error)];
  }
  if (error instanceof HttpFailure) {
    return ["xmlrpc.client.ProtocolError", `<ProtocolError for 127.0.0.1/RPC2: ${error.status} ${error.reason}>`];
  }
  if (error instanceof BadServerUrl || error instanceof UnknownResult) return ["ValueError", error.message];
  if (error instanceof BadAnswer) return ["xml.parsers.expat.ExpatError", error.message];
  if (!(error instanceof Error)) return ["Exception", String(error)];
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNRESET" && error.message === "socket hang up") {
    return ["http.client.RemoteDisconnected", "Remote end closed connection without response"];
  }
  const known = SYSTEM_ERRORS.get(code);
  return known === undefined ? ["OSError", error.message === "" ? code : error.message] : known;
}

const SYSTEM_ERRORS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["ENOENT", ["FileNotFoundError", "[Errno 2] No such file or directory"]],
  ["EACCES", ["PermissionError", "[Errno 13] Permission denied"]],
  ["ENOTDIR", ["NotADirectoryError", "[Errno 20] Not a directory"]],
  ["EPIPE", ["BrokenPipeError", "[Errno 32] Broken pipe"]],
  ["ENETUNREACH", ["OSError", "[Errno 101] Network is unreachable"]],
  ["ECONNRESET", ["ConnectionResetError", "[Errno 104] Connection reset by peer"]],
  ["ETIMEDOUT", ["TimeoutError", "[Errno 110] Connection timed out"]],
  ["ECONNREFUSED", ["ConnectionRefusedError", "[Errno 111] Connection refused"]],
  ["EHOSTUNREACH", ["OSError", "[Errno 113] No route to host"]],
  ["ENOTFOUND", ["socket.gaierror", "[Errno -2] Name or service not known"]],
  ["EAI_AGAIN", ["socket.gaierror", "[Errno -3] Temporary failure in name resolution"]],
]);
