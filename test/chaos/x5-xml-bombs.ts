import { ask } from "../support/http.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Target } from "./target.ts";

/** Documents that are small to send and large, deep or curious to read. */
export const xmlBombs: ChaosTest = {
  id: "X5",
  title: "XML bombs",
  criterion: "HTTP 400 or a fault within 50 ms, no file read, nothing kept",
  async run() {
    const target = new Target();
    const figures: Record<string, string> = {};
    const [broken, late]: [string[], string[]] = [[], []];
    try {
      await target.up();
      // The first of each kind pays for the compiler.
      for (const round of ["warm-up", "measured"]) {
        for (const [name, body] of Object.entries(bombs())) {
          const began = performance.now();
          const { result: answer, bystander } = await target.during(() =>
            ask({ port: target.open, path: "/RPC2", method: "POST", headers: { "Content-Type": "text/xml" } }, body),
          );
          const took = Math.round(performance.now() - began);
          if (round === "warm-up") continue;
          const isFault = answer.status === 200 && /faultCode/.test(answer.body);
          const told = isFault ? "fault" : String(answer.status);
          figures[name] =
            `${Math.round(body.length / 1024)} KiB: ${told} after ${took} ms, ${bystander.rssGrowth} MiB more`;
          if (!isFault && answer.status !== 400) broken.push(`${name}: ${answer.status} ${answer.body.slice(0, 200)}`);
          if (answer.body.includes("root:")) broken.push(`${name}: a file of this machine is in the answer`);
          // What is not collected yet counts, too.
          if (bystander.rssGrowth > 32) broken.push(`${name}: ${bystander.rssGrowth} MiB more memory`);
          if (took > 50) late.push(`${name}: answered after ${took} ms`);
        }
      }
      return { figures, broken: [...broken, ...(await target.brokenPromises())], late };
    } finally {
      await target.close();
    }
  },
};

function bombs(): Record<string, string> {
  const call = (inside: string): string => `<methodCall>${inside}</methodCall>`;
  const multicall = (items: string): string =>
    call(
      `<methodName>system.multicall</methodName><params><param><value><array><data>${items}</data></array></value></param></params>`,
    );
  const one = (name: string, params = ""): string =>
    `<value><struct><member><name>methodName</name><value>${name}</value></member>${params}</struct></value>`;
  const laughs = Array.from({ length: 10 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`).join(
    "",
  );
  const nested = (depth: number): string =>
    depth === 0 ? one("supervisor.getPID") : one("system.multicall", paramsOf(nested(depth - 1)));
  const paramsOf = (items: string): string =>
    `<member><name>params</name><value><array><data><value><array><data>${items}</data></array></value></data></array></value></member>`;
  return {
    "billion laughs": `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}]>${call("<methodName>&l10;</methodName>")}`,
    "quadratic blow-up": `<!DOCTYPE x [<!ENTITY a "${"A".repeat(50_000)}">]>${call(`<methodName>${"&a;".repeat(50_000)}</methodName>`)}`,
    "a file as an entity": `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${call("<methodName>&a;</methodName>")}`,
    "a file as a document type": `<!DOCTYPE x SYSTEM "file:///etc/passwd">${call("<methodName>x</methodName>")}`,
    "a parameter entity": `<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>${call("<methodName>x</methodName>")}`,
    "100,000 elements inside one another": call(
      `<methodName>x</methodName>${"<a>".repeat(100_000)}${"</a>".repeat(100_000)}`,
    ),
    "20,000 arrays inside one another": call(
      `<methodName>x</methodName><params><param>${"<value><array><data>".repeat(20_000)}${"</data></array></value>".repeat(20_000)}</param></params>`,
    ),
    "45,000 values": call(`<methodName>x</methodName><params>${"<param><value/></param>".repeat(45_000)}</params>`),
    "100,000 entries of a multicall": multicall("<value/>".repeat(100_000)),
    "10,000 calls of a multicall": multicall(one("supervisor.getPID").repeat(10_000)),
    "multicalls inside one another": multicall(nested(40)),
    "100,000 attributes": `<methodCall ${Array.from({ length: 100_000 }, (_, index) => `a${index}=""`).join(" ")}/>`,
    "a comment without an end": `<!--${"-".repeat(500_000)}`,
    "half a megabyte of references": call(`<methodName>${"&#65;".repeat(100_000)}</methodName>`),
  };
}
