import { request, type RequestOptions } from "node:http";
import { createServer } from "node:net";
import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import type { Encodable } from "../../src/protocol/xml-rpc-value.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One request on a connection of its own. */
export function ask(options: RequestOptions, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      );
    });
    call.once("error", reject);
    call.end(body);
  });
}

/** One XML-RPC call: its value as plain data, or the fault's text. Rejects for anything but HTTP 200. */
export async function rpc(options: RequestOptions, method: string, ...params: Encodable[]): Promise<unknown> {
  const answer = await ask(
    { ...options, method: "POST", path: "/RPC2", headers: { "Content-Type": "text/xml", ...options.headers } },
    encodeRequest(method, params),
  );
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${answer.body}`);
  const decoded = decodeResponse(Buffer.from(answer.body));
  if (decoded.kind === "malformed") throw new Error(decoded.reason);
  return decoded.kind === "fault" ? decoded.text : plain(decoded.value);
}

function plain(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...(value as Map<string, unknown>)].map(([k, v]) => [k, plain(v)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** Looks again and again until it holds: for facts that nobody announces. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
