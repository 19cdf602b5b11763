import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownUnifiedGroup } from "./memory-limit.ts";
import { allPids, commandOf, environmentOf, pause, World } from "./world.ts";

/**
 * Where a run of the suite takes place: a temporary folder of its own, and a mark in the environment that every process
 * inherits. So what a test leaves behind can be told from what others do on the machine.
 */
export class Scene {
  readonly folder: string;
  readonly #mark: string;
  readonly #told = new Set<string>();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "chaos-"));
    // Programs run as other users, too, and have to get through it.
    chmodSync(this.folder, 0o711);
    this.#mark = `CHAOS_SCENE=${this.folder}`;
    process.env["CHAOS_SCENE"] = this.folder;
    process.env["TMPDIR"] = this.folder;
  }

  /**
   * What is still there of the tests so far and has not been told yet, one sentence each: processes, files, FIFOs, sockets,
   * control groups. What was killed a moment ago is given the time to go.
   */
  async leftovers(): Promise<string[]> {
    const deadline = performance.now() + 20_000;
    let left = this.#look();
    while (left.length > 0 && performance.now() < deadline) {
      await pause(50);
      left = this.#look();
    }
    for (const one of left) this.#told.add(one);
    return [...left, ...World.outlived.splice(0)];
  }

  #look(): string[] {
    const processes = allPids()
      .filter((pid) => pid !== process.pid && environmentOf(pid).includes(this.#mark))
      .map((pid) => [pid, commandOf(pid).trim()] as const)
      // One that has just been killed has no command any more.
      .filter(([, command]) => command !== "")
      .map(([pid, command]) => `process ${pid} still runs: ${command.slice(0, 200)}`);
    const files = readdirSync(this.folder, { recursive: true, encoding: "utf8" }).map((name) => `${name} was left`);
    return [...processes, ...files, ...this.#groups()].filter((one) => !this.#told.has(one)).slice(0, 20);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Control groups of our keepers: they are named after the keeper's folder. */
  #groups(): string[] {
    const own = ownUnifiedGroup();
    if (own === null) return [];
    const there = new Set(readdirSync(own));
    return World.made.flatMap(({ places }) => {
      const hash = createHash("sha256").update(join(places.runtime, "keeper")).digest("hex");
      const name = `sup-${hash.slice(0, 12)}`;
      return there.has(name) ? [`control group ${join(own, name)} was left`] : [];
    });
  }
}
