import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rpc } from "../support/http.ts";
import { GOOD, type BrokenConfig } from "./broken-config-list.ts";
import { runningPids, untilRunning } from "./load.ts";
import { isAlive, kill, World } from "./world.ts";

/** The ways in which a daemon comes to read its config. */
export const WAYS = ["reread", "update", "SIGHUP", "restart"] as const;
export type Way = (typeof WAYS)[number] | "save";

/** A daemon whose config is broken again and again, and what it then says and does. */
export class EditedDaemon {
  readonly world: World;
  readonly file: string;
  #pids = new Map<string, number>();
  #keeper = 0;
  #supervisor = 0;

  /** `file`: the name of the config. */
  constructor(file: string) {
    this.file = file;
    this.world = new World(file);
  }

  /** Starts it with two programs that sleep; `watch`: it notices a save by itself. */
  async up(watch = false): Promise<void> {
    this.world.project.write(this.file, GOOD[this.file] ?? "");
    if (watch) await this.world.project.sup("up", "-d", "-c", this.world.config);
    else await this.world.up();
    await untilRunning(this.world, ["a", "b"]);
    this.#pids = await runningPids(this.world);
    ({ pid: this.#keeper, supervisorPid: this.#supervisor } = await this.world.status());
  }

  write({ text, beside = {}, mode = 0o644 }: Pick<BrokenConfig, "text" | "beside" | "mode">): void {
    for (const [name, content] of Object.entries(beside)) this.world.project.write(name, content);
    // In two steps a watcher could see a good file of a bad mode, or the other way round.
    const aside = join(this.world.folder, ".aside");
    writeFileSync(aside, text);
    chmodSync(aside, mode);
    renameSync(aside, this.world.config);
  }

  /** Puts the config in place and has it read. What is wrong with how that was told; nothing if all is well. */
  async tryOut(config: BrokenConfig, way: Way): Promise<string[]> {
    this.write(config);
    const wrong = (what: string): string[] => [`${this.file}, ${config.kind}, ${way}: ${what}`];
    if (way === "reread" || way === "update") {
      const { exitCode, stdout, stderr } = await this.world.project.sup(way, "-c", this.world.config);
      const said = `${stdout}\n${stderr}`;
      return [
        ...(exitCode === 0 ? wrong("accepted") : []),
        ...(said.includes(config.says) ? [] : wrong(`"${config.says}" is not in:\n${said}`)),
      ];
    }
    if (way === "restart") {
      const answer = await rpc({ socketPath: this.world.places.socket }, "supervisor.restart");
      // Supervisor's clients are told as by its reread: CANT_REREAD.
      const refused = typeof answer === "string" && answer.startsWith("CANT_REREAD");
      const message = config.says.replace(/^.*?: error: /, "");
      if (!refused) return wrong(`the answer is ${JSON.stringify(answer)}`);
      return answer.includes(message) ? [] : wrong(`"${message}" is not in: ${answer}`);
    }
    if (way === "SIGHUP") kill(this.#keeper, "SIGHUP");
    let told = "";
    const holds = await this.world
      .untilStatus(({ config: { stale } }) => {
        told = stale?.problems ?? "nothing";
        return told.includes(config.says);
      }, "the problem to be told")
      .catch(() => null);
    return holds === null ? wrong(`"${config.says}" is not in:\n${told}`) : [];
  }

  /** What a config that is not in force has changed all the same. */
  async damage(): Promise<string[]> {
    const pids = await runningPids(this.world);
    const { supervisorPid } = await this.world.status();
    const touched = [...this.#pids].filter(([name, pid]) => pids.get(name) !== pid).map(([name]) => name);
    return [
      ...(touched.length > 0 || pids.size !== this.#pids.size ? [`${this.file}: touched: ${touched.join(", ")}`] : []),
      ...(isAlive(this.#keeper) && supervisorPid === this.#supervisor ? [] : [`${this.file}: the daemon died`]),
    ];
  }

  /** Puts the good config back: it must be in force already. */
  async mend(): Promise<string[]> {
    this.write({ text: GOOD[this.file] ?? "" });
    const { exitCode, stdout, stderr } = await this.world.project.sup("update", "-c", this.world.config);
    const { config } = await this.world.status();
    return [
      ...(exitCode === 0 ? [] : [`${this.file}: the good config is refused: ${stdout}${stderr}`]),
      ...(config.stale === null ? [] : [`${this.file}: still stale: ${config.stale.problems}`]),
      ...(await this.damage()),
    ];
  }
}
