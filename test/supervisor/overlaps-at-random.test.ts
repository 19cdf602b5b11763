import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Model, ProcessSpec } from "../../src/model/model.ts";
import { planChange } from "../../src/model/plan/plan.ts";
import { restart, start, stop } from "../../src/rpc/control.ts";
import { EditsUnderWay } from "../../src/supervisor/edits-under-way.ts";
import type { ManagedProcess } from "../../src/supervisor/managed-process.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { processSpec } from "../machine/specs.ts";
import { modelOf, World } from "./world.ts";

// Thirty starts, stops, restarts, edits, removals and kills of the supervisor, nobody of whom waits for anybody, with real programs:
// all calls end, exactly that runs which is known, each as the last edit has it, and up or down as the last caller said.
// Each takes a quarter of a second. SUP_SEEDS=FROM:COUNT asks for others: SUP_SEEDS=1:200 is a good run.

const [from = 1, seeds = 20] = (process.env["SUP_SEEDS"] ?? "").split(":").filter(Boolean).map(Number);

/** Numbers below `limit` that look random, the same ones for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const NAMES = ["a", "b", "c"] as const;
/** Takes a moment to stop, and needs `a`. */
const SLOW = `/bin/sh -c 'trap "sleep 0.03; exit" TERM; while :; do sleep 0.02; done'`;
const ACTS = ["start", "stop", "restart", "restart", "edit", "edit", "remove", "add", "kill"] as const;

function specOf(name: string, mark: number): ProcessSpec {
  return processSpec(name, {
    command: name === "b" ? SLOW : "/bin/sleep 1000",
    startsecs: 0,
    stopwaitsecs: 60,
    killasgroup: name === "c",
    environment: { MARK: String(mark) },
    dependsOn: name === "b" ? [{ program: "a", condition: "started" }] : [],
  });
}

class Story {
  readonly told: string[] = [];
  readonly #world = new World();
  readonly #marks = new Map<string, number>(NAMES.map((name) => [name, 0]));
  /** What the last caller wanted; absent if an edit had its say since. */
  readonly #wanted = new Map<string, "up" | "down">();
  #supervisor: Supervisor = this.#world.supervisor;
  #edits = new EditsUnderWay(this.#supervisor);
  #kept: Model = this.#model();
  #calls: Promise<unknown>[] = [];

  begin(): Promise<void> {
    return this.#world.begin(this.#kept.groups.flatMap((group) => group.processes));
  }

  async act(act: (typeof ACTS)[number], name: string): Promise<void> {
    this.told.push(`${act} ${name}`);
    const process = this.#supervisor.find(name, name);
    switch (act) {
      case "start":
      case "restart":
        if (process === null) return;
        this.#wanted.set(name, "up");
        // With what it needs.
        if (name === "b") this.#wanted.delete("a");
        return this.#call(act === "start" ? start(this.#supervisor, { names: [name] }) : this.#restart(name));
      case "stop":
        if (process === null) return;
        this.#wanted.set(name, "down");
        return this.#call(stop(this.#supervisor, { names: [name] }));
      case "edit":
        if (!this.#marks.has(name)) return;
        return this.#edit(name, (this.#marks.get(name) ?? 0) + 1);
      case "remove":
        // Nothing could start `b` any more.
        return name === "a" || !this.#marks.has(name) ? undefined : this.#edit(name, null);
      case "add":
        return this.#marks.has(name) ? undefined : this.#edit(name, 100 + this.told.length);
      case "kill":
        this.#calls = [];
        this.#supervisor = await this.#world.successor(this.#supervisor, this.#kept);
        this.#edits = new EditsUnderWay(this.#supervisor);
        return this.#apply();
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#calls);
    const isMoving = ({ life, startAgain }: ManagedProcess): boolean =>
      startAgain !== null || ["STARTING", "STOPPING", "BACKOFF"].includes(life.state);
    for (let moving: ManagedProcess | undefined; (moving = this.#supervisor.processes().find(isMoving));) {
      const one = moving;
      await this.#supervisor.until(one, () => !isMoving(one));
    }
    const processes = this.#supervisor.processes();
    const alive = processes.filter(({ pid }) => pid !== 0);
    expect(processes.map(({ spec }) => spec.name).sort()).toEqual([...this.#marks.keys()].sort());
    expect((await this.#world.living()).sort()).toEqual(alive.map(({ key }) => key).sort());
    for (const process of processes) {
      const mark = String(this.#marks.get(process.spec.name));
      expect([process.spec.environment["MARK"], process.next, process.leaving]).toEqual([mark, null, false]);
      if (process.pid !== 0) expect(await environmentOf(process.pid)).toContain(`MARK=${mark}`);
      const wanted = this.#wanted.get(process.spec.name);
      if (wanted === "down") expect(process.life.state).not.toBe("RUNNING");
      if (wanted === "up") expect(process.life.state === "RUNNING" || process.wanted).toBe(true);
    }
    expect(this.#world.lines.filter((line) => /could not|refused|failed/.test(line))).toEqual([]);
  }

  close(): Promise<void> {
    return this.#world.close();
  }

  #restart(name: string): Promise<unknown> {
    return restart(this.#supervisor, { names: [name] });
  }

  #call(call: Promise<unknown>): void {
    this.#calls.push(call);
  }

  #edit(name: string, mark: number | null): void {
    if (mark === null) this.#marks.delete(name);
    else this.#marks.set(name, mark);
    if (mark === null || mark >= 100) this.#wanted.delete(name);
    this.#apply();
  }

  #apply(): void {
    const [edits, next] = [this.#edits, this.#model()];
    const plan = planChange({ ...next, groups: edits.groups() }, next);
    // As the daemon keeps its config: not before all that was begun is done.
    const done = edits.apply(plan, next).then(() => {
      if (edits === this.#edits && edits.areDone) this.#kept = this.#model();
    });
    this.#calls.push(done);
  }

  #model(): Model {
    return modelOf([...this.#marks].map(([name, mark]) => specOf(name, mark)));
  }
}

/** A process that has a pid may not have its program yet. */
async function environmentOf(pid: number): Promise<string[]> {
  for (;;) {
    const text = readFileSync(`/proc/${pid}/environ`, "latin1");
    if (text !== "") return text.split("\0");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test.each(Array.from({ length: seeds }, (_, index) => from + index))("seed %d", async (seed) => {
  const roll = dice(seed);
  const story = new Story();
  try {
    await story.begin();
    for (let count = 0; count < 30; count++) {
      await story.act(ACTS[roll(ACTS.length)] ?? "start", NAMES[roll(NAMES.length)] ?? "a");
      const pause = roll(4);
      if (pause === 1) await Promise.resolve();
      if (pause === 2) await new Promise((resolve) => setImmediate(resolve));
      if (pause === 3) await new Promise((resolve) => setTimeout(resolve, roll(40)));
    }
    await story.end();
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}\n\n${story.told.join("\n")}`, { cause: error });
  } finally {
    await story.close();
  }
});
