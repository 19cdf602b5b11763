import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Effect } from "../../src/machine/effect.ts";
import { step } from "../../src/machine/lifecycle.ts";
import { initialLife, pidOf, type Life } from "../../src/machine/life.ts";
import type { Input } from "../../src/machine/input.ts";
import { policy } from "./support.ts";

/**
 * A keeper that keeps its word: spawns are answered once, only the living die, and each death is told once, though perhaps
 * late. Supervisors are less reliable: `adopt` is one that has just come up, `jump` one whose predecessor started the program
 * some times without noting it, `unheard` one whose predecessor's last such run is over; `stale` is old news.
 */
const whats = [
  "start",
  "stop",
  "shutdown",
  "answer",
  "fail",
  "die",
  "timer",
  "refuse",
  "byHand",
  "kick",
  "adopt",
  "jump",
  "unheard",
  "stale",
] as const;
const moves = fc.array(
  fc.record({
    what: fc.constantFrom(...whats),
    code: fc.constantFrom(0, 1, null),
    wait: fc.integer({ min: 0, max: 4000 }),
    late: fc.integer({ min: 0, max: 3000 }),
    errno: fc.constantFrom("EPERM", "ESRCH"),
    accepting: fc.boolean(),
  }),
  { maxLength: 60 },
);
type Move = Omit<typeof moves extends fc.Arbitrary<(infer One)[]> ? One : never, "accepting">;
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
      let lastStart = -Infinity;
      for (const move of script) {
        now += move.wait;
        const input = inputOf(move, life, inFlight, alive, now);
        if (input === null) continue;
        if (move.what !== "stale" && (input.type === "spawned" || input.type === "adopted")) {
          // A later run than the one that was to be stopped: somebody has started it since.
          if (input.type === "adopted" && input.incarnation > life.incarnation) stopWanted = false;
          [inFlight, alive] = [false, true];
          lastStart = input.type === "adopted" ? input.startedAt : now;
        }
        if (input.type === "spawnFailed") inFlight = false;
        if (move.what === "unheard") [stopWanted, lastStart] = [false, -Infinity];
        if (input.type === "exited" && move.what !== "stale") alive = false;
        if (input.type === "stop" && ["RUNNING", "STARTING", "BACKOFF"].includes(life.state)) stopWanted = true;
        if (input.type === "stop" && life.state === "EXITED" && life.deadline !== null) stopWanted = true;

        const before = life;
        const next = step(spec, life, input, { now, accepting: move.accepting });
        life = next.life;

        expect(life.incarnation).toBeGreaterThanOrEqual(before.incarnation);
        expect(JSON.parse(JSON.stringify(life))).toEqual(life);
        expectChain(before, next.effects, life);
        if (move.what === "stale") expect(life).toBe(before);
        // Whoever fires the timer again and again must not find it due again and again.
        if (input.type === "timer" && life.deadline !== null) expect(life.deadline).toBeGreaterThan(now);
        next.effects.forEach((effect, index) => {
          if (effect.type !== "spawn") return;
          expect(alive || inFlight || stopWanted).toBe(false);
          expect(move.accepting).toBe(true);
          expect(next.effects[index - 1]).toMatchObject({ type: "event", name: "PROCESS_STATE_STARTING" });
          expect(effect.incarnation).toBe(life.incarnation);
          if (input.type !== "start") expect(now - lastStart).toBeGreaterThanOrEqual(1000);
          [inFlight, lastStart] = [true, now];
        });
        expect(next.effects.some((effect) => effect.type === "signal") && !alive).toBe(false);
        expect(pidOf(life) !== 0).toBe(alive);
        if (!alive && !inFlight) {
          if (stopWanted) expect(life.state).toBe("STOPPED");
          stopWanted = false;
        }
      }
    }),
    { numRuns: 5000 },
  );
});

/** Events tell the way from the state before to the state after, without a gap and without a step on the spot. */
function expectChain(before: Life, effects: readonly Effect[], after: Life): void {
  let state = before.state;
  for (const effect of effects) {
    if (effect.type !== "event") continue;
    expect(effect.from).toBe(state);
    state = effect.name.slice("PROCESS_STATE_".length) as Life["state"];
    expect(state).not.toBe(effect.from);
  }
  expect(state).toBe(after.state);
}

function inputOf(move: Move, life: Life, inFlight: boolean, alive: boolean, now: number): Input | null {
  const { what, code, late, errno } = move;
  const { incarnation } = life;
  const ended = { type: "exited", code, signal: code === null ? "SIGTERM" : null, unknown: false, pid: 7 } as const;
  switch (what) {
    case "start":
    case "stop":
    case "shutdown":
    case "timer":
      return { type: what };
    case "kick":
      return { type: "kick", seconds: late / 1000 };
    case "refuse":
      return alive ? { type: "signalRefused", errno } : null;
    case "byHand":
      return alive ? { type: "signalRefused", errno, during: "signal", incarnation } : null;
    case "answer":
      return inFlight ? { type: "spawned", pid: 7, incarnation } : null;
    case "fail":
      return inFlight ? { type: "spawnFailed", message: "no", incarnation } : null;
    case "die":
      return alive ? { ...ended, incarnation, at: now - late } : null;
    case "adopt":
      return inFlight ? { type: "adopted", pid: 7, incarnation, startedAt: now - late } : null;
    case "jump":
      return inFlight ? null : { type: "adopted", pid: 7, incarnation: incarnation + 2, startedAt: now - late };
    case "unheard":
      return inFlight || alive ? null : { ...ended, incarnation: incarnation + 2, at: now - late };
    case "stale":
      if (incarnation === 0) return null;
      return late % 2 === 0
        ? { ...ended, incarnation: incarnation - 1 }
        : { type: "spawned", pid: 6, incarnation: incarnation - 1 };
  }
}
