import { connect } from "node:net";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { PipelinedClient } from "../support/pipelined-client.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Target } from "./target.ts";

/** MiB. What a request may make the daemon read and keep, with room for what the collector has not collected yet. */
const MOST_READ = 2;
const MOST_KEPT = 16;
const WANTED_KEPT = 8;

/** Requests that are too large, too many, or not of one mind about where they end. */
export const oversized: ChaosTest = {
  id: "X3",
  title: "oversized and ambiguous requests",
  criterion:
    "each reads at most 2 MiB, keeps at most 8 MiB; none is answered with more than one answer; p99 of others 25 ms",
  async run() {
    const target = new Target();
    try {
      await target.up();
      const figures: Record<string, string> = {};
      const broken: string[] = [];
      const late: string[] = [];
      // A process that has never worked has a small heap, which grows with the first load, whatever that is.
      await inOneGo(target.open, encodeRequest("supervisor.getPID", []));
      for (const [name, attack] of Object.entries(attacksOn(target))) {
        const { result, bystander } = await target.during(attack);
        const { read, rssGrowth, p99 } = bystander;
        figures[name] = `${result.answer}, read ${read} MiB, kept ${rssGrowth} MiB, others p99 ${p99} ms`;
        if (!result.right) broken.push(`${name}: ${result.answer}`);
        if (read > MOST_READ) broken.push(`${name}: ${read} MiB were read`);
        if (rssGrowth > MOST_KEPT) broken.push(`${name}: ${rssGrowth} MiB were kept`);
        else if (rssGrowth > WANTED_KEPT) late.push(`${name}: ${rssGrowth} MiB kept`);
        if (p99 > 25) late.push(`${name}: p99 of others ${p99} ms`);
      }
      return { figures, broken: [...broken, ...(await target.brokenPromises())], late };
    } finally {
      await target.close();
    }
  },
};

interface Outcome {
  /** Status codes of all answers on the connection. */
  readonly answer: string;
  readonly right: boolean;
}

function attacksOn(target: Target): Record<string, () => Promise<Outcome>> {
  const { open, locked } = target;
  const post = (headers: string): string =>
    `POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n${headers}\r\n`;
  const filler = Buffer.alloc(1 << 20, "A");
  const call = encodeRequest("supervisor.getPID", []);
  const refused = (statuses: RegExp) => (answer: string) => statuses.test(answer);
  const sending = async (port: number, head: string, right: (answer: string) => boolean, more = filler, total = 0) => {
    const answer = await pour(port, head, more, total);
    return { answer, right: right(answer) };
  };
  const bodyOf256 = post(`Content-Length: ${256 << 20}\r\n`);
  const stop = encodeRequest("supervisor.stopProcess", ["victim"]);
  const smuggled = `POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: ${stop.length}\r\n\r\n${stop}`;
  return {
    "256 MiB body": () => sending(open, bodyOf256, refused(/^(?:413|closed)$/), filler, 256 << 20),
    "256 MiB body without a password": () => sending(locked, bodyOf256, refused(/^(?:401|closed)$/), filler, 256 << 20),
    "endless chunk": () =>
      sending(
        open,
        `${post("Transfer-Encoding: chunked\r\n")}FFFFFFF\r\n`,
        refused(/^(?:413|closed)$/),
        filler,
        200 << 20,
      ),
    "64 MiB header": () => sending(open, "GET / HTTP/1.1\r\nX: ", refused(/^(?:431|closed)$/), filler, 64 << 20),
    "a million headers": () =>
      sending(
        open,
        "GET / HTTP/1.1\r\n",
        refused(/^(?:431|closed)$/),
        Buffer.from("X: y\r\n".repeat(10_000)),
        6_000_000,
      ),
    "negative length": () => sending(open, `${post("Content-Length: -1\r\n")}${call}`, refused(/^400$/)),
    "length that is no number": () => sending(open, `${post("Content-Length: NaN\r\n")}${call}`, refused(/^400$/)),
    "length beyond all numbers": () =>
      sending(open, `${post(`Content-Length: ${"9".repeat(40)}\r\n`)}${call}`, refused(/^400$/)),
    "two lengths": () =>
      sending(open, `${post(`Content-Length: 5\r\nContent-Length: ${call.length}\r\n`)}${call}`, refused(/^400$/)),
    "length and chunks": () =>
      sending(
        open,
        `${post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")}0\r\n\r\n${smuggled}`,
        refused(/^400$/),
      ),
    "chunks spelled oddly": () =>
      sending(open, `${post("Transfer-Encoding: xchunked\r\n")}0\r\n\r\n${smuggled}`, refused(/^400$/)),
    "bare line feeds": () =>
      sending(open, `GET /ok.html HTTP/1.1\nHost: localhost\nX: a\n\n${smuggled}`, refused(/^400$/)),
    "10,000 calls in one go": () => inOneGo(open, call),
  };
}

async function inOneGo(port: number, call: string): Promise<Outcome> {
  const client = new PipelinedClient({ port, host: "127.0.0.1" });
  const answers = await Promise.all(Array.from({ length: 10_000 }, () => client.call(call)));
  client.close();
  const good = answers.filter((answer) => answer.status === 200 && answer.body.includes("<int>")).length;
  return { answer: `${good} answers in order`, right: good === 10_000 && client.connections === 1 };
}

/** Sends bytes for as long as they are taken; tells the statuses of what came back, `closed` if nothing did. */
function pour(port: number, head: string, more: Buffer, total: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let queued = 0;
    let answer = "";
    const push = (): void => {
      while (queued < total) {
        queued += more.length;
        if (!socket.write(more)) return;
      }
    };
    socket.on("drain", push);
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    socket.on("error", () => {});
    socket.once("close", () => {
      const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((match) => match[1]);
      resolve(statuses.length === 0 ? "closed" : statuses.join(" "));
    });
    socket.write(head, push);
  });
}
