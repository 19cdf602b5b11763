import { join } from "node:path";
import { interleave } from "../support/interleave.mjs";
import { timeToEnd } from "../support/run-to-end.mjs";
import { root } from "../support/workplace.mjs";

const sup = join(root, "bin/sup");

export default {
  number: 12,
  title: "sup --version, --help, completions",
  async run(place, { full }) {
    const run = (command, args) => () => timeToEnd(command, args, { env: place.env });
    const pm2 = place.peer("pm2");
    const cases = { "--version": ["--version"], "--help": ["--help"], "completions bash": ["completions", "bash"] };
    const results = [];
    for (const [name, args] of Object.entries(cases)) {
      const samples = await interleave(
        {
          sup: run(sup, args),
          "node -e 0": run(process.execPath, ["-e", "0"]),
          ...(name === "--version" && pm2 !== null ? { pm2: run(pm2, ["--version"]) } : {}),
        },
        full ? 50 : 15,
      );
      results.push({ name: `sup ${name}`, unit: "ms", samples, goals: [{ of: "node -e 0", atMost: 1.5 }] });
    }
    // Even for its version it started a daemon.
    if (pm2 !== null) await timeToEnd(pm2, ["kill"], { env: place.env });
    return results;
  },
};
