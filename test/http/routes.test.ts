import * as fc from "fast-check";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EventBus } from "../../src/events/event-bus.ts";
import { supervisorRoutes } from "../../src/http/routes.ts";
import { Fault } from "../../src/protocol/faults.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";

/** A world without processes: what is asked about one finds none. */
const nobody = { find: () => null, bus: new EventBus(() => {}) } as unknown as Supervisor;
const failures: unknown[] = [];
let server: Server;

function serve(): Promise<Server> {
  const routes = supervisorRoutes({
    dispatch: async (method, params) => {
      if (method === "fault") throw new Fault("BAD_NAME", "x");
      if (method === "bug") throw new Error("a mistake of ours");
      return `${method} ${params.length}`;
    },
    supervisor: nobody,
    mainLog: null,
    rest: (incoming, response) => {
      incoming.resume();
      response.writeHead(404, { "X-Route": "rest" });
      response.end();
    },
    onError: (error) => failures.push(error),
    log: () => {},
  });
  return new Promise((resolve) => {
    const one = createServer(routes);
    one.listen(0, "127.0.0.1", () => resolve(one));
  });
}

beforeAll(async () => {
  server = await serve();
});

afterAll(() => {
  server.close();
});

function ask(
  path: string,
  options: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; route: string; body: string }> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const call = request(
      { port, path, agent: false, method: options.method ?? "GET", headers: options.headers ?? {} },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, route: String(response.headers["x-route"] ?? ""), body }),
        );
      },
    );
    call.once("error", reject);
    call.end(options.body);
  });
}

const post = (body: string, headers: Record<string, string> = {}) => ask("/RPC2", { method: "POST", body, headers });

describe("a request", () => {
  test("for any address is answered by the first route whose prefix fits, and never fails", async () => {
    const prefix = fc.constantFrom("/RPC2", "/logtail", "/mainlogtail", "/ok.html", "//RPC2", "/rpc2", "/", "");
    const tail = fc.string({ unit: fc.constantFrom(..."/%2fa:*?.&=\\0") });
    await fc.assert(
      fc.asyncProperty(prefix, tail, async (start, end) => {
        const url = `${start}${end}`.startsWith("/") ? `${start}${end}` : `/${start}${end}`;
        const { status, route } = await ask(url);
        const [path = ""] = url.split("?");
        const decoded = safeDecode(path);
        const expected = decoded.startsWith("/RPC2")
          ? { status: 400, route: "" }
          : decoded.startsWith("/logtail") || decoded.startsWith("/mainlogtail")
            ? { status: 404, route: "" }
            : decoded.replace(/^\/+/, "") === "ok.html"
              ? { status: 200, route: "" }
              : { status: 404, route: "rest" };
        expect({ url, status, route }).toEqual({ url, ...expected });
      }),
      { numRuns: 300 },
    );
    expect(failures).toEqual([]);
  });

  test("that calls a method gets its value, its fault, or 500 with an entry in the log", async () => {
    const value = await post(encodeRequest("hello", ["a", 1]));
    expect(value).toMatchObject({ status: 200, body: expect.stringContaining("<string>hello 2</string>") as string });
    const fault = await post(encodeRequest("fault", []));
    expect(fault).toMatchObject({
      status: 200,
      body: expect.stringContaining("<string>BAD_NAME: x</string>") as string,
    });
    expect(await post(encodeRequest("bug", []))).toMatchObject({ status: 500 });
    expect(failures.splice(0)).toHaveLength(1);
  });

  test.each([
    ["text/xml", undefined, 200],
    ["text/xml; charset=utf-8", undefined, 200],
    ["TEXT/XML", undefined, 200],
    ["application/xml", "http://own", 200],
    [undefined, undefined, 200],
    [undefined, "http://own", 415],
    ["application/x-www-form-urlencoded", undefined, 200],
    ["text/plain", "http://own", 415],
    ["application/x-www-form-urlencoded", "http://own", 415],
    ["multipart/form-data; boundary=text/xml", "http://own", 415],
    ["text/xml-ish", "http://own", 415],
  ])("with Content-Type %s and Origin %s answers %d", async (type, origin, status) => {
    const headers = {
      ...(type === undefined ? {} : { "Content-Type": type }),
      ...(origin === undefined ? {} : { Origin: origin }),
    };
    expect((await post(encodeRequest("hello", []), headers)).status).toBe(status);
  });

  test("with a body of one byte too many is refused, with one of the full size it is read", async () => {
    const limit = 1 << 20;
    const call = encodeRequest("hello", []);
    expect((await post(call + " ".repeat(limit - call.length))).status).toBe(200);
    expect((await post(call + " ".repeat(limit - call.length + 1))).status).toBe(413);
  });
});

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
