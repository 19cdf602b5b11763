import { describe, expect, test } from "vitest";
import { step } from "../../src/machine/lifecycle.ts";
import { inputs, lives, NOW, type InputName, type LifeName } from "./matrix-cases.ts";
import { OUTCOMES } from "./matrix-outcomes.ts";
import { effectText, policy } from "./support.ts";

const lifeNames = Object.keys(lives) as LifeName[];
const inputNames = Object.keys(inputs) as InputName[];

function outcome(life: LifeName, input: InputName, accepting: boolean): string {
  const now = input === "timerEarly" ? NOW - 1 : NOW;
  const next = step(policy, lives[life], inputs[input], { now, accepting });
  if (next.life === lives[life] && next.effects.length === 0) return "-";
  const words = next.effects.map((effect) => (effect.type === "log" ? effect.level : effectText(effect).split(" ")[0]));
  return [next.life.state, ...words].join(" ");
}

describe.each(lifeNames)("a process that is %s", (life) => {
  test.each(inputNames)("answers %s as the table says", (input) => {
    const both = OUTCOMES[life][input];
    const [open, closing] = typeof both === "string" ? [both, both] : both;
    expect([outcome(life, input, true), outcome(life, input, false)]).toEqual([open, closing]);
  });
});
