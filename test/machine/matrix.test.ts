import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/machine/effect.ts";
import type { Input } from "../../src/machine/input.ts";
import type { Life } from "../../src/machine/life.ts";
import { step } from "../../src/machine/lifecycle.ts";
import type { LifecyclePolicy } from "../../src/machine/policy.ts";
import { inputs, lives, NOW, staleInputs, type InputName, type LifeName } from "./matrix-cases.ts";
import { LINES } from "./matrix-lines.ts";
import { OUTCOMES } from "./matrix-outcomes.ts";
import { effectText, policy } from "./support.ts";

const lifeNames = Object.keys(lives) as LifeName[];
const inputNames = Object.keys(inputs) as InputName[];
const lineNames = new Map<string, string>(Object.entries(LINES).map(([name, text]) => [text, name]));

describe.each(lifeNames)("a process that is %s", (life) => {
  test.each(inputNames)("answers %s as the table says", (input) => {
    const both = OUTCOMES[life][input];
    const expected = typeof both === "string" ? [both, both] : both;
    expect([outcome(policy, life, input, true), outcome(policy, life, input, false)]).toEqual(expected);
  });
});

test.each(Object.keys(staleInputs) as (keyof typeof staleInputs)[])(
  "%s about an incarnation that is over changes nothing in any state",
  (name) => {
    for (const life of lifeNames.filter((each) => each !== "never"))
      expect(step(policy, lives[life], staleInputs[name], { now: NOW, accepting: true }).life).toBe(lives[life]);
  },
);

describe("with startsecs=0 every spawn is RUNNING at once, and so every end an ordinary exit", () => {
  const up = "RUNNING(STARTING) success0";
  const table: Partial<Record<InputName, readonly [string, string]>> = {
    spawned: [`RUNNING spawned ${up}`, `RUNNING spawned ${up}`],
    exited0: [`EXITED spawned ${up} EXITED(RUNNING,1) good0`, `EXITED spawned ${up} EXITED(RUNNING,1) good0`],
    exited1: [`EXITED@1000 spawned ${up} EXITED(RUNNING,0) bad1`, `EXITED spawned ${up} EXITED(RUNNING,0) bad1`],
    unheard: [`EXITED@1000 adopted ${up} EXITED(RUNNING,0) bad1`, `EXITED adopted ${up} EXITED(RUNNING,0) bad1`],
    adopted: [`RUNNING adopted ${up}`, `RUNNING adopted ${up}`],
    spawnFailed: ["BACKOFF@2000 spawnerr BACKOFF(STARTING,2)", "BACKOFF spawnerr BACKOFF(STARTING,2)"],
  };
  test.each(Object.keys(table) as InputName[])("%s", (input) => {
    const spec = { ...policy, startsecs: 0 };
    expect([outcome(spec, "launching", input, true), outcome(spec, "launching", input, false)]).toEqual(table[input]);
  });
});

function outcome(spec: LifecyclePolicy, name: LifeName, input: InputName, accepting: boolean): string {
  const life: Life = lives[name];
  const change: Input = inputs[input];
  const due = life.deadline ?? NOW;
  const now = input === "timerEarly" ? due - 1 : input === "timerDue" ? due : NOW;
  const next = step(spec, life, change, { now, accepting });
  if (next.life === life && next.effects.length === 0) return "-";
  const { state, deadline } = next.life;
  return [deadline === null ? state : `${state}@${deadline - NOW}`, ...next.effects.map(word)].join(" ");
}

function word(effect: Effect): string {
  switch (effect.type) {
    case "spawn":
      return `spawn:${effect.incarnation}`;
    case "signal":
      return `signal:${effect.signal}${effect.target === "group" ? " to group" : ""}`;
    case "log":
      return lineNames.get(effectText(effect)) ?? effectText(effect);
    case "event": {
      const detail = [
        effect.from,
        ...("tries" in effect ? [effect.tries] : []),
        ...("expected" in effect ? [Number(effect.expected)] : []),
        ...("pid" in effect && effect.pid !== 7 ? [`pid${effect.pid}`] : []),
      ];
      return `${effect.name.slice("PROCESS_STATE_".length)}(${detail.join(",")})`;
    }
  }
}
