import { join } from "node:path";
import { systemClock } from "../../src/clock/clock.ts";
import type { Model, ProcessSpec } from "../../src/model/model.ts";
import { planChange } from "../../src/model/plan/plan.ts";
import { applyPlan } from "../../src/supervisor/apply-plan.ts";
import { AutoLogs } from "../../src/supervisor/auto-logs.ts";
import type { ManagedProcess } from "../../src/supervisor/managed-process.ts";
import { startChosen } from "../../src/supervisor/start-chosen.ts";
import { Supervisor } from "../../src/supervisor/supervisor.ts";
import { openKeeper, removeFolder } from "../keeper/harness.ts";
import { groupSpec, processSpec } from "../machine/specs.ts";

/** A supervisor and its keeper in this process, with real programs. */
export class World {
  readonly lines: string[] = [];
  readonly supervisor: Supervisor;
  readonly #kept = openKeeper();
  #model: Model = modelOf([]);

  constructor() {
    this.supervisor = this.#makeSupervisor();
  }

  get folder(): string {
    return this.#kept.folder;
  }

  get keeper() {
    return this.#kept.keeper;
  }

  async begin(programs: readonly ProcessSpec[]): Promise<void> {
    this.#model = modelOf(programs);
    this.supervisor.begin(this.#model, await this.keeper.snapshot());
    startChosen(this.supervisor, null);
  }

  /** Another supervisor in place of this one, which hears nothing any more, as if it had been killed. */
  async successor(old = this.supervisor, model = this.#model): Promise<Supervisor> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#deaf.add(old);
    for (const process of old.processes()) process.retire();
    const next = this.#makeSupervisor();
    next.restore(model, await this.keeper.snapshot());
    return next;
  }

  /** Begins an edit that leads to these programs. */
  edit(programs: readonly ProcessSpec[]): Promise<void> {
    const next = modelOf(programs);
    const plan = planChange(this.#model, next);
    this.#model = next;
    return applyPlan(this.supervisor, plan, () => undefined);
  }

  process(name: string, supervisor = this.supervisor): ManagedProcess {
    const found = supervisor.find(name, name);
    if (found === null) throw new Error(`there is no ${name}`);
    return found;
  }

  until(name: string, condition: (process: ManagedProcess) => boolean, supervisor = this.supervisor): Promise<void> {
    const process = this.process(name, supervisor);
    return supervisor.until(process, () => condition(process));
  }

  /** What the keeper runs. */
  async living(): Promise<string[]> {
    const { processes } = await this.keeper.snapshot();
    return processes.filter(({ pid }) => pid !== 0).map(({ key }) => key);
  }

  async close(): Promise<void> {
    for (const key of await this.living()) {
      const gone = this.#kept.until(() => this.keeper.programs.get(key)?.alive !== true);
      await this.keeper.signal(key, 9, "group");
      await gone;
    }
    await this.keeper.quit({ force: true });
    await removeFolder(this.folder);
  }

  readonly #deaf = new Set<Supervisor>();

  #makeSupervisor(): Supervisor {
    const supervisor = new Supervisor({
      keeper: this.keeper,
      clock: systemClock,
      log: (level, message) => void this.lines.push(`${level} ${message}`),
      context: {
        environment: { PATH: "/usr/bin:/bin" },
        cwd: this.folder,
        serverUrl: null,
        stripAnsi: false,
        autoLogs: new AutoLogs(join(this.folder, "log"), "supervisor"),
      },
    });
    this.keeper.events.onEvent((event) => {
      if (!this.#deaf.has(supervisor)) supervisor.handleKeeperEvent(event);
    });
    return supervisor;
  }
}

/** A program that says `mark` in the file `runs` each time it is started, and runs until it is stopped. */
export function marked(name: string, mark: string, rest: Partial<ProcessSpec> = {}): ProcessSpec {
  const command = `/bin/sh -c 'echo ${mark} >> runs; exec sleep 1000'`;
  return processSpec(name, { command, startsecs: 0, stopwaitsecs: 60, ...rest });
}

/** With a group for each program. */
export function modelOf(programs: readonly ProcessSpec[]): Model {
  const supervisord = {} as Model["supervisord"];
  const supervisorctl = {} as Model["supervisorctl"];
  return {
    supervisord,
    supervisorctl,
    servers: [],
    rpcinterfaces: [],
    groups: programs.map((one) => groupSpec(one.name, 999, [one])),
  };
}
