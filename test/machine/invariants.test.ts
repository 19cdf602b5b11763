import * as fc from "fast-check";
import { expect, test } from "vitest";
import { step } from "../../src/machine/lifecycle.ts";
import { initialLife, pidOf, type Life } from "../../src/machine/life.ts";
import type { Input } from "../../src/machine/input.ts";
import { policy } from "./support.ts";

// A keeper that keeps its word: spawns are answered once, only the living die, and each death is told once.
const moves = fc.array(
  fc.record({
    what: fc.constantFrom("start", "stop", "shutdown", "answer", "fail", "die", "timer", "refuse", "kick"),
    code: fc.constantFrom(0, 1, null),
    wait: fc.integer({ min: 0, max: 4000 }),
    accepting: fc.boolean(),
  }),
  { maxLength: 60 },
);
const policies = fc.record({
  autorestart: fc.constantFrom<boolean | "unexpected">(true, false, "unexpected"),
  startsecs: fc.integer({ min: 0, max: 3 }),
  startretries: fc.integer({ min: 0, max: 3 }),
  stopwaitsecs: fc.integer({ min: 0, max: 3 }),
});

test("whatever happens in whatever order, there is one process at most and no stop is lost", () => {
  fc.assert(
    fc.property(policies, moves, (changes, script) => {
      const spec = { ...policy, ...changes };
      let life: Life = initialLife();
      let now = 0;
      let inFlight = false;
      let alive = false;
      let stopWanted = false;
      for (const move of script) {
        now += move.wait;
        const input = inputOf(move.what, move.code, inFlight, alive);
        if (input === null) continue;
        if (input.type === "spawned") [inFlight, alive] = [false, true];
        if (input.type === "spawnFailed") inFlight = false;
        if (input.type === "exited") alive = false;
        if (input.type === "stop" && (life.state === "RUNNING" || life.state === "STARTING")) stopWanted = true;
        const before = life;
        const next = step(spec, life, input, { now, accepting: move.accepting });
        life = next.life;
        expect(life.incarnation).toBeGreaterThanOrEqual(before.incarnation);
        next.effects.forEach((effect, index) => {
          if (effect.type !== "spawn") return;
          expect(alive || inFlight || stopWanted).toBe(false);
          expect(move.accepting).toBe(true);
          expect(next.effects[index - 1]).toMatchObject({ type: "event", name: "PROCESS_STATE_STARTING" });
          expect(effect.incarnation).toBe(before.incarnation + 1);
          inFlight = true;
        });
        expect(pidOf(life) !== 0).toBe(alive);
        if (!alive && !inFlight) {
          if (stopWanted) expect(life.state).toBe("STOPPED");
          stopWanted = false;
        }
      }
    }),
    { numRuns: 500 },
  );
});

function inputOf(what: string, code: number | null, inFlight: boolean, alive: boolean): Input | null {
  switch (what) {
    case "start":
    case "stop":
    case "shutdown":
    case "timer":
      return { type: what };
    case "kick":
      return { type: "kick", seconds: 1 };
    case "refuse":
      return { type: "signalRefused", errno: "EPERM" };
    case "answer":
      return inFlight ? { type: "spawned", pid: 7 } : null;
    case "fail":
      return inFlight ? { type: "spawnFailed", message: "no" } : null;
    default:
      return alive ? { type: "exited", code, signal: code === null ? "SIGTERM" : null, unknown: false } : null;
  }
}
