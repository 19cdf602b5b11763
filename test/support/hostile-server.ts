import { createServer, type Server } from "node:http";
import { decodeRequest } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeFault, encodeResponse } from "../../src/protocol/xml-rpc-encode.ts";
import type { Encodable } from "../../src/protocol/xml-rpc-value.ts";

/**
 * A server on a unix socket that a client takes for a supervisord, and that puts a text of its choice wherever there is room for
 * one: names, descriptions, faults, logs.
 *
 * XML cannot carry control characters, and Supervisor sends them all the same: so does this.
 */
export function startHostileServer(socket: string, text: string): Promise<Server> {
  const mark = "HOSTILETEXT";
  const name = `n${mark}`;
  const status = (code: number): Encodable => ({ name, group: "g", status: code, description: mark });
  const info: Encodable = {
    name,
    group: "g",
    statename: "RUNNING",
    state: 20,
    description: mark,
    pid: 7,
    spawnerr: mark,
  };
  const statuses = [80, 10, 30, 50, 70, 99].map(status);
  const values: Readonly<Record<string, Encodable>> = {
    getVersion: "3.0",
    getSupervisorVersion: mark,
    getPID: 5,
    getAllProcessInfo: [info],
    getProcessInfo: info,
    getAllConfigInfo: [{ name, group: mark, inuse: true, autostart: true, group_prio: 1, process_prio: 2 }],
    startAllProcesses: statuses,
    stopAllProcesses: statuses,
    startProcessGroup: statuses,
    stopProcessGroup: statuses,
    signalAllProcesses: statuses,
    signalProcessGroup: statuses,
    clearAllProcessLogs: statuses,
    reloadConfig: [[[`a${mark}`], [`c${mark}`], [`r${mark}`]]],
    readLog: mark,
    readProcessStdoutLog: mark,
    readProcessStderrLog: mark,
    sendProcessStdin: true,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url?.includes("logtail")) {
        response.writeHead(200, { "Content-Type": "text/plain" });
        response.write(text);
        return;
      }
      const call = decodeRequest(Buffer.concat(chunks));
      const value = values[call.ok ? call.method.replace("supervisor.", "") : ""];
      const document = value === undefined ? encodeFault(30, `FAILED: ${mark}`) : encodeResponse(value);
      const body = document.replaceAll(mark, () => text.replace(/[<&]/g, ""));
      response.writeHead(200, { "Content-Type": "text/xml", "Content-Length": Buffer.byteLength(body) });
      response.end(body);
    });
  });
  return new Promise((resolve) => server.listen(socket, () => resolve(server)));
}
