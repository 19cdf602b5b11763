import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { ask } from "../support/http.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Target } from "./target.ts";

/** A web page of somebody else, in the browser of somebody who may control the daemon. */
export const foreignPages: ChaosTest = {
  id: "X6",
  title: "every combination of method, type, Origin, Host and Sec-Fetch-Site",
  criterion: "no change of state from a foreign page; every program of ours is served",
  async run() {
    const target = new Target();
    try {
      await target.up();
      const stop = encodeRequest("supervisor.stopProcess", ["victim"]);
      const broken: string[] = [];
      const counts = { refused: 0, reads: 0, served: 0 };
      for (const { headers, path, method, foreign } of combinations(target.open)) {
        const body = method === "POST" && path === "/RPC2" ? stop : undefined;
        const answer = await ask({ port: target.open, path, method, headers }, body);
        const context = `${method} ${path} ${JSON.stringify(headers)}`;
        const { statename, pid } = (await target.rpc("supervisor.getProcessInfo", "victim")) as {
          statename: string;
          pid: number;
        };
        const stopped = statename !== "RUNNING";
        if (foreign) {
          if (stopped) broken.push(`${context} stopped a program, and was answered with ${answer.status}`);
          // A page that only shows something may be fetched, though its fetcher is not let see it.
          if (answer.status >= 400) counts.refused++;
          else if (method === "GET") counts.reads++;
          else broken.push(`${context} was answered with ${answer.status}`);
          if (answer.headers["access-control-allow-origin"] !== undefined)
            broken.push(`${context}: others may read it`);
        } else if (method === "POST") {
          counts.served++;
          if (!stopped) broken.push(`${context} was not served: ${answer.status} (pid ${pid})`);
        }
        if (stopped) await target.rpc("supervisor.startProcess", "victim");
      }
      return { figures: { ...counts }, broken: [...broken.slice(0, 10), ...(await target.brokenPromises())] };
    } finally {
      await target.close();
    }
  },
};

interface Combination {
  readonly headers: Record<string, string>;
  readonly method: string;
  readonly path: string;
  readonly foreign: boolean;
}

function* combinations(port: number): Generator<Combination> {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  const hosts = [
    ...own,
    "evil.example",
    `evil.example:${port}`,
    `127.0.0.1.nip.io:${port}`,
    `localhost.evil.example:${port}`,
  ];
  const origins = [
    ...own.map((host) => `http://${host}`),
    "http://evil.example",
    `http://evil.example:${port}`,
    "null",
    undefined,
  ];
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/xml",
    undefined,
  ];
  const sites = ["cross-site", "same-site", "same-origin", "none", undefined];
  const action = "/index.html?action=stop&processname=victim";
  for (const Host of hosts)
    for (const Origin of origins)
      for (const type of types)
        for (const site of sites)
          for (const [method, path] of [
            ["POST", "/RPC2"],
            ["GET", "/RPC2"],
            ["POST", action],
            ["GET", action],
          ] as const) {
            const ownHost = own.includes(Host);
            const ownOrigin = Origin === undefined || Origin === `http://${Host}`;
            const ownSite = site === undefined || site === "same-origin" || site === "none";
            // To call, a browser has to say XML, which takes leave; a form of the page itself may post.
            const isProgram = Origin === undefined && site === undefined;
            const ownType = path !== "/RPC2" || type === "text/xml" || isProgram;
            yield {
              method,
              path,
              foreign: !(ownHost && ownOrigin && ownSite && ownType) || method === "GET",
              headers: {
                Host,
                ...(Origin === undefined ? {} : { Origin }),
                ...(type === undefined ? {} : { "Content-Type": type }),
                ...(site === undefined ? {} : { "Sec-Fetch-Site": site }),
              },
            };
          }
}
