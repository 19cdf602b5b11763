import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { untilRunning } from "./load.ts";
import { World } from "./world.ts";

/** `user` means that user, with all its groups, or nothing. */
export const privileges: ChaosTest = {
  id: "X12",
  title: "programs as other users",
  criterion: "uid, gid and supplementary groups exactly those of the user; an unknown user is refused",
  async run() {
    if (process.geteuid?.() !== 0) return { figures: {}, broken: [], skipped: "changing users takes root" };
    const world = new World();
    try {
      const users = readFileSync("/etc/passwd", "utf8")
        .split("\n")
        .map((line) => line.split(":")[0] ?? "")
        // Who is that user already keeps the groups it has, as under Supervisor.
        .filter((name) => /^[a-z][a-z0-9_-]*$/.test(name) && name !== "root")
        .slice(0, 20);
      chmodSync(world.folder, 0o755);
      const spec = (user: string): object => ({ user, command: "sleep 1000", startsecs: 0, stdoutLogfile: "NONE" });
      world.configure(Object.fromEntries(users.map((user) => [`as-${user}`, spec(user)])));
      await world.up();
      await untilRunning(
        world,
        users.map((user) => `as-${user}`),
      );
      const wrong: string[] = [];
      const { processes } = await world.status();
      for (const user of users) {
        const pid = processes.find((one) => one.name === `as-${user}`)?.pid ?? 0;
        // The helpers that change the user execute the program in place.
        await world.until(() => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n", `${user}'s program`);
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        const field = (name: string): string =>
          (new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)?.[1] ?? "").trim().split(/\s+/).sort().join(" ");
        const id = (flag: string): string =>
          execFileSync("id", [flag, user], { encoding: "utf8" }).trim().split(" ").sort().join(" ");
        const four = (text: string): string => Array(4).fill(text).join(" ");
        if (field("Uid") !== four(id("-u")) || field("Gid") !== four(id("-g")) || field("Groups") !== id("-G"))
          wrong.push(`${user}: uid ${field("Uid")}, gid ${field("Gid")}, groups ${field("Groups")}`);
      }
      world.configure({ ghost: spec("no-such-user-here") });
      const check = await world.project.sup("check", "-c", join(world.folder, "supervisor.config.json"));
      if (check.exitCode === 0) wrong.push("an unknown user passes the check");
      return {
        figures: { users: users.length, wrong: wrong.length, unknownRefused: check.exitCode !== 0 },
        broken: wrong,
      };
    } finally {
      await world.close();
    }
  },
};
