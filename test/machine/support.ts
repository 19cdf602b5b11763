import type { Effect } from "../../src/machine/effect.ts";
import type { ExitedInput, Input } from "../../src/machine/input.ts";
import { initialLife, type Life } from "../../src/machine/life.ts";
import { step } from "../../src/machine/lifecycle.ts";
import type { LifecyclePolicy } from "../../src/machine/policy.ts";

export const policy: LifecyclePolicy = {
  name: "web",
  autorestart: "unexpected",
  startsecs: 1,
  startretries: 3,
  backoffMax: null,
  exitcodes: [0],
  stopsignal: 15,
  stopwaitsecs: 10,
  stopasgroup: false,
  killasgroup: false,
};

export function exitedWith(code: number): ExitedInput {
  return { type: "exited", code, signal: null, unknown: false };
}

export function killedBy(signal: string): ExitedInput {
  return { type: "exited", code: null, signal, unknown: false };
}

export const exitedUnknown: ExitedInput = { type: "exited", code: null, signal: null, unknown: true };

/** Plays a process on a virtual clock and writes down what can be seen. */
export class Transcript {
  readonly lines: string[] = [];
  life: Life = initialLife();
  now = 0;
  accepting = true;
  readonly spec: LifecyclePolicy;

  constructor(changes: Partial<LifecyclePolicy> = {}) {
    this.spec = { ...policy, ...changes };
  }

  feed(...inputs: readonly Input[]): this {
    for (const input of inputs) {
      const next = step(this.spec, this.life, input, { now: this.now, accepting: this.accepting });
      this.life = next.life;
      for (const effect of next.effects) this.lines.push(`${this.now / 1000} ${effectText(effect)}`);
    }
    return this;
  }

  /** Lets time pass, firing the deadline whenever it comes. */
  until(seconds: number): this {
    while (this.life.deadline !== null && this.life.deadline <= seconds * 1000) {
      this.now = Math.max(this.now, this.life.deadline);
      this.feed({ type: "timer" });
    }
    this.now = seconds * 1000;
    return this;
  }

  take(): string[] {
    return this.lines.splice(0);
  }
}

export function effectText(effect: Effect): string {
  switch (effect.type) {
    case "spawn":
      return `spawn ${effect.incarnation}`;
    case "signal":
      return `signal ${effect.signal} to ${effect.target}`;
    case "log":
      return `${effect.level}: ${effect.message}`;
    case "event": {
      const detail = "tries" in effect ? ` tries:${effect.tries}` : "";
      const expected = "expected" in effect ? ` expected:${Number(effect.expected)}` : "";
      const pid = "pid" in effect ? ` pid:${effect.pid}` : "";
      return `${effect.name.slice("PROCESS_STATE_".length)} from:${effect.from}${detail}${expected}${pid}`;
    }
  }
}
