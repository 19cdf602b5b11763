import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { World } from "./world.ts";

const OUT = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
const ERR = ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"];

/** Programs that open their output by name, as nginx and Apache images do it. */
export const ownStreams: ChaosTest = {
  id: "L11",
  title:
    "/dev/stdout, /dev/fd/1, /proc/self/fd/1 and those of stderr, opened again and again, as root and as other users",
  criterion: "every line in the right log, whoever opens it; nothing is truncated, nothing refused",
  async run({ full }) {
    const times = full ? 500 : 40;
    const world = new World();
    try {
      const users = process.geteuid?.() === 0 ? ["root", "nobody", "daemon", "www-data"] : [""];
      const script = [...OUT, ...ERR]
        .flatMap((path) => [`echo "> ${path} $i" > ${path}`, `echo ">> ${path} $i" >> ${path}`])
        .join(" || echo refused; ");
      const program = (user: string, merged: boolean): object => ({
        command: `sh -c 'i=0; while [ $i -lt ${times} ]; do ${script} || echo refused; i=$((i+1)); done'`,
        startsecs: 0,
        autorestart: false,
        redirectStderr: merged,
        ...(user === "" ? {} : { user }),
      });
      const cases = users.flatMap((user, index) => [
        { name: `merged${index}`, user, merged: true },
        { name: `apart${index}`, user, merged: false },
      ]);
      world.configure(
        Object.fromEntries(
          cases.map(({ name, user, merged }) => [
            name,
            {
              ...program(user, merged),
              ...(merged ? {} : { stderrLogfile: join(world.logs, `${name}.err`) }),
            },
          ]),
        ),
      );
      await world.up();
      await world.untilStatus((status) => status.processes.every((one) => one.state === "EXITED"), "all to end");
      await world.down();
      const broken: string[] = [];
      let lines = 0;
      for (const { name, user, merged } of cases) {
        const expect = (file: string, paths: readonly string[]): void => {
          const found = readFileSync(join(world.logs, file), "utf8").split("\n").filter(Boolean);
          lines += found.length;
          const wanted = Array.from({ length: times }, (_, at) =>
            paths.flatMap((path) => [`> ${path} ${at}`, `>> ${path} ${at}`]),
          ).flat();
          if (found.join("\n") !== wanted.join("\n"))
            broken.push(`${file} as ${user}: ${found.length} of ${wanted.length} lines, the last is ${found.at(-1)}`);
        };
        expect(`${name}.log`, merged ? [...OUT, ...ERR] : OUT);
        if (!merged) expect(`${name}.err`, ERR);
      }
      return { figures: { users: users.length, paths: OUT.length + ERR.length, times, lines }, broken };
    } finally {
      await world.close();
    }
  },
};
