import { statSync } from "node:fs";
import { join } from "node:path";
import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { ask } from "../support/http.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { residentOf, World } from "./world.ts";

/** Output is whatever bytes a program likes. */
export const oddBytes: ChaosTest = {
  id: "L9",
  title: "every byte value, escape sequences, a line without end, writes of a single byte",
  criterion: "all bytes in the log; every answer about it well-formed XML; memory bounded",
  async run({ full }) {
    const megabytes = full ? 100 : 20;
    const singles = full ? 1_000_000 : 100_000;
    const world = new World();
    try {
      const quiet = { startsecs: 0, autorestart: false, stdoutLogfileMaxbytes: 0 };
      world.configure({
        bytes: { ...quiet, command: `perl -e '$|=1; print join("", map { chr } 0..255) x 1000; sleep 1000'` },
        endless: { ...quiet, command: `perl -e '$|=1; print "x" x 1048576 for 1..${megabytes}; sleep 1000'` },
        single: { ...quiet, command: `perl -e 'for (1..${singles}) { syswrite STDOUT, "y" } sleep 1000'` },
      });
      const sizes = { bytes: 256_000, endless: megabytes * 1_048_576, single: singles };
      await world.up();
      const { pid, supervisorPid } = await world.status();
      for (const [name, size] of Object.entries(sizes))
        await world.until(() => sizeOf(join(world.logs, `${name}.log`)) >= size, `all of ${name}`, 120);
      const broken = Object.entries(sizes).flatMap(([name, size]) => {
        const is = sizeOf(join(world.logs, `${name}.log`));
        return is === size ? [] : [`${name}: ${is} bytes of ${size}`];
      });
      let answers = 0;
      for (const name of Object.keys(sizes)) {
        for (const [method, ...args] of [
          ["supervisor.readProcessStdoutLog", -5000, 0],
          ["supervisor.readProcessStdoutLog", 100, 3000],
          ["supervisor.tailProcessStdoutLog", 0, 5000],
          ["supervisor.tailProcessStdoutLog", 7, 1_000_000],
        ] as const) {
          const body = encodeRequest(method, [name, ...args]);
          const { body: xml } = await ask(
            {
              socketPath: world.places.socket,
              path: "/RPC2",
              method: "POST",
              headers: { "Content-Type": "text/xml", "Content-Length": body.length },
            },
            body,
          );
          answers++;
          if (decodeResponse(Buffer.from(xml)).kind !== "value")
            broken.push(`${method} of ${name}: ${xml.slice(0, 200)}`);
        }
      }
      const memory = [pid, supervisorPid].map(residentOf);
      return {
        figures: { bytes: Object.values(sizes).reduce((a, b) => a + b), answers, memoryMiB: memory.join(" + ") },
        broken,
        late: memory.some((one) => one > 250) ? [`memory ${memory.join(" and ")} MiB`] : [],
      };
    } finally {
      await world.close();
    }
  },
};

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
