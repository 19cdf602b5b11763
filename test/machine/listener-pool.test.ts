import { describe, expect, test } from "vitest";
import { EventQueue } from "../../src/machine/event-queue.ts";
import { stepPool } from "../../src/machine/listener-pool.ts";
import {
  isSettled,
  NEW_POOL,
  poolDeadline,
  type PoolInput,
  type PoolState,
} from "../../src/machine/listener-pool-state.ts";

/** A pool on virtual time, with everything that it had done so far. */
class Pool {
  state: PoolState = NEW_POOL;
  now = 1_000_000;
  sent: string[] = [];
  lines: string[] = [];
  readonly spec: { readonly name: string; bufferSize: number; bufferWeight: number; members: string[] };

  constructor(members: string[], bufferSize = 10) {
    this.spec = { name: "pool", bufferSize, bufferWeight: Infinity, members };
    for (const member of members) this.up(member);
  }

  input(input: PoolInput): this {
    const { pool, effects } = stepPool(this.spec, this.state, input, this.now);
    this.state = { ...(JSON.parse(JSON.stringify(pool)) as PoolState), buffer: EventQueue.of(pool.buffer) };
    for (const effect of effects) {
      if (effect.type === "send") this.sent.push(`${effect.event.serial}/${effect.event.poolserial}>${effect.member}`);
      else this.lines.push(`${effect.level} ${effect.message}`);
    }
    return this;
  }

  event(serial: number): this {
    return this.input({ type: "event", event: { serial, name: "TICK_5", payload: "when:5" } });
  }

  up(member: string): this {
    return this.input({ type: "starting", member }).input({ type: "running", member });
  }

  says(member: string, text: string): this {
    return this.input({ type: "output", member, bytes: new TextEncoder().encode(text) });
  }

  /** Lets time pass as a clock with one alarm would. */
  pass(milliseconds: number): this {
    const end = this.now + milliseconds;
    for (let due = poolDeadline(this.state); due !== null && due <= end; due = poolDeadline(this.state)) {
      expect(due).toBeGreaterThan(this.now);
      this.now = due;
      this.input({ type: "timer" });
    }
    this.now = end;
    return this;
  }

  waiting(): number[] {
    return [...this.state.buffer].map((event) => event.serial);
  }

  errors(): string[] {
    return this.lines.filter((line) => line.startsWith("error "));
  }
}

describe("delivery", () => {
  test("goes to the first process in order that is running and ready, the oldest event first", () => {
    const pool = new Pool(["a", "b"]).event(0).event(1).event(2);
    expect(pool.sent).toEqual([]);
    pool.says("b", "READY\n");
    expect(pool.sent).toEqual(["0/0>b"]);
    pool.says("a", "READY\n");
    expect(pool.sent).toEqual(["0/0>b", "1/1>a"]);
    pool.says("b", "RESULT 2\nOKREADY\n").says("a", "RESULT 2\nOKREADY\n").event(9);
    expect(pool.sent).toEqual(["0/0>b", "1/1>a", "2/2>b", "9/3>a"]);
    expect(pool.waiting()).toEqual([]);
    expect(pool.lines).toContain("debug event 9 sent to listener a");
  });

  test("waits until a process that is ready is also RUNNING", () => {
    const pool = new Pool([]);
    pool.spec.members = ["a"];
    pool.input({ type: "starting", member: "a" }).says("a", "READY\n").event(0);
    expect(pool.sent).toEqual([]);
    pool.input({ type: "running", member: "a" });
    expect(pool.sent).toEqual(["0/0>a"]);
  });

  test("stops for a process that is on its way down, whose answer still counts", () => {
    const pool = new Pool(["a"]).says("a", "READY\n").event(0).event(1);
    pool.input({ type: "leaving", member: "a" }).says("a", "RESULT 2\nOKREADY\n");
    expect(pool.sent).toEqual(["0/0>a"]);
    pool.input({ type: "died", member: "a" });
    expect(pool.waiting()).toEqual([1]);
  });

  test("needs no timer while all is well", () => {
    const pool = new Pool(["a"]).says("a", "READY\n").event(0).event(1);
    expect(poolDeadline(pool.state)).toBeNull();
  });
});

describe("an event that is not accepted", () => {
  test("is delivered again with the same numbers, before all others", () => {
    const pool = new Pool(["a"]).says("a", "READY\n").event(5).event(6).says("a", "RESULT 4\nFAILREADY\n");
    expect(pool.sent).toEqual(["5/0>a", "5/0>a"]);
    expect(pool.lines).toContain("warn a: event was rejected");
    expect(pool.lines).toContain("debug rebuffering event 5 for pool pool (buf size=1, max=10)");
    pool.says("a", "RESULT 2\nOKREADY\n");
    expect(pool.sent).toEqual(["5/0>a", "5/0>a", "6/1>a"]);
  });

  test("because its listener died goes to the next one that is ready", () => {
    const pool = new Pool(["a", "b"]).says("a", "READY\n").says("b", "READY\n").event(0);
    pool.says("a", "RESULT 2\nO").input({ type: "died", member: "a" });
    expect(pool.sent).toEqual(["0/0>a", "0/0>b"]);
    pool.up("a").says("a", "READY\n").event(1);
    expect(pool.sent).toEqual(["0/0>a", "0/0>b", "1/1>a"]);
  });

  test("because its listener broke the protocol goes to the next, and the listener gets none any more", () => {
    const pool = new Pool(["a", "b"]).says("a", "READY\n").says("b", "READY\n").event(0).says("a", "hello\n");
    expect(pool.sent).toEqual(["0/0>a", "0/0>b"]);
    pool.says("a", "READY\n").says("b", "RESULT 2\nOK").event(1).says("b", "READY\n");
    expect(pool.sent).toEqual(["0/0>a", "0/0>b", "1/1>b"]);
    pool.input({ type: "died", member: "a" }).up("a").says("a", "READY\n").event(2);
    expect(pool.sent.at(-1)).toBe("2/2>a");
  });

  test("is tried less and less often while it is rejected again and again", () => {
    const pool = new Pool(["a"]).says("a", "READY\n").event(0);
    const at: number[] = [];
    const start = pool.now;
    for (let round = 0; round < 11; round++) {
      const before = pool.sent.length;
      pool.says("a", "RESULT 4\nFAILREADY\n");
      if (pool.sent.length === before) {
        const due = poolDeadline(pool.state) ?? 0;
        pool.pass(due - pool.now);
      }
      expect(pool.sent.length).toBe(before + 1);
      at.push(pool.now - start);
    }
    expect(at.slice(0, 5)).toEqual([0, 250, 750, 1750, 3750]);
    expect((at[10] ?? 0) - (at[9] ?? 0)).toBe(30_000);
    // One success, and the next failure is retried at once again.
    pool.says("a", "RESULT 2\nOKREADY\n").event(1).says("a", "RESULT 4\nFAILREADY\n");
    expect(pool.sent.slice(-2)).toEqual(["1/1>a", "1/1>a"]);
  });

  test("by a listener that cannot be written to waits for it, or goes to another", () => {
    const pool = new Pool(["a", "b"]).says("a", "READY\n").event(0);
    pool.input({ type: "unsent", member: "a", poolserial: 0, why: "closed" });
    expect(pool.lines).toContain("debug epipe occurred while sending event 0 to listener a, listener state unchanged");
    expect(pool.sent).toEqual(["0/0>a"]);
    pool.says("b", "READY\n");
    expect(pool.sent).toEqual(["0/0>a", "0/0>b"]);
    pool.event(1);
    expect(pool.sent).toHaveLength(2);
    pool.pass(1000);
    expect(pool.sent).toEqual(["0/0>a", "0/0>b", "1/1>a"]);
  });

  test("is not taken back when the news that it was not sent comes late", () => {
    const pool = new Pool(["a"]).says("a", "READY\n").event(0).input({ type: "died", member: "a" });
    pool.input({ type: "unsent", member: "a", poolserial: 0, why: "closed" });
    expect(pool.waiting()).toEqual([0]);
  });
});

describe("a pool that is taken over", () => {
  test("asks again for what is on its way, under the number of that delivery, and for nothing else", () => {
    const pool = new Pool(["a", "b", "c"]).says("a", "READY\n").says("b", "READY\n").event(0).event(1);
    pool.says("a", "RESULT 4\nFAILREADY\n").says("b", "RESULT 2\nOK");
    expect(pool.sent).toEqual(["0/0>a", "1/1>b", "0/0>a"]);
    const effects = (resend: boolean) => stepPool(pool.spec, pool.state, { type: "resumed", resend }, pool.now).effects;
    const event = { serial: 0, poolserial: 0, name: "TICK_5", payload: "when:5" };
    expect(effects(true)).toEqual([{ type: "send", member: "a", event, delivery: 3 }]);
    expect(effects(false)).toEqual([]);
  });
});

describe("a buffer that is full", () => {
  test("discards the oldest, tells the first at once and the rest together, every ten seconds", () => {
    const pool = new Pool(["a"], 3);
    for (let serial = 0; serial < 5; serial++) pool.event(serial);
    expect(pool.waiting()).toEqual([2, 3, 4]);
    expect(pool.errors()).toEqual(["error pool pool event buffer overflowed, discarding event 0"]);
    pool.pass(10_000);
    expect(pool.errors().slice(1)).toEqual(["error pool pool event buffer overflowed, discarding event 1"]);
    for (let serial = 5; serial < 1005; serial++) pool.event(serial);
    expect(pool.errors()).toHaveLength(2);
    pool.pass(10_000);
    expect(pool.errors().slice(2)).toEqual([
      "error pool pool event buffer overflowed, discarding 1000 events up to 1001",
    ]);
    expect(pool.state.discarded).toBe(1002);
    pool.pass(60_000).event(2000);
    expect(pool.errors().slice(3)).toEqual(["error pool pool event buffer overflowed, discarding event 1002"]);
    expect(poolDeadline(pool.state)).toBeNull();
  });

  test("has told of every discard when its pool is closed", () => {
    const pool = new Pool(["a"], 1).event(0).event(1).event(2).event(3).input({ type: "closing" });
    expect(pool.errors()).toEqual([
      "error pool pool event buffer overflowed, discarding event 0",
      "error pool pool event buffer overflowed, discarding 2 events up to 2",
    ]);
  });

  test("discards the oldest that waits, not the one that comes back", () => {
    const pool = new Pool(["a"], 2).says("a", "READY\n").event(0).event(1).event(2);
    pool.input({ type: "died", member: "a" });
    expect(pool.waiting()).toEqual([0, 2]);
  });

  test("shrinks to its new size with the next event after an edit", () => {
    const pool = new Pool(["a"], 5).event(0).event(1).event(2).event(3);
    pool.spec.bufferSize = 2;
    pool.event(4);
    expect(pool.waiting()).toEqual([3, 4]);
    expect(pool.state.discarded).toBe(3);
  });
});

describe("a pool is settled", () => {
  test("once all it was given has been answered", () => {
    const pool = new Pool(["a"]).event(1);
    expect(isSettled(pool.state)).toBe(false);
    pool.says("a", "READY\n");
    expect(pool.sent).toHaveLength(1);
    expect(isSettled(pool.state)).toBe(false);
    pool.says("a", "RESULT 2\nOK");
    expect(isSettled(pool.state)).toBe(true);
  });

  test("when nobody is there to take what waits: none was started, all are down, or they broke the protocol", () => {
    expect(isSettled(NEW_POOL)).toBe(true);
    expect(isSettled(new Pool([]).event(1).state)).toBe(true);
    expect(isSettled(new Pool(["a"]).event(1).input({ type: "died", member: "a" }).state)).toBe(true);
    expect(isSettled(new Pool(["a"]).event(1).says("a", "hello\n").state)).toBe(true);
  });
});

describe("a buffer of heavy events", () => {
  const heavy = (pool: Pool, serial: number, length: number): Pool =>
    pool.input({ type: "event", event: { serial, name: "PROCESS_LOG_STDOUT", payload: "x".repeat(length) } });

  test("loses its oldest when all weigh too much, as many as it takes, in Supervisor's words", () => {
    const pool = new Pool(["a"], 100);
    pool.spec.bufferWeight = 10_000;
    for (let serial = 1; serial <= 8; serial++) heavy(pool, serial, 1000);
    expect([...pool.state.buffer].map(({ serial }) => serial)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    heavy(pool, 9, 4000);
    expect([...pool.state.buffer].map(({ serial }) => serial)).toEqual([5, 6, 7, 8, 9]);
    expect(pool.state.buffer.weight).toBeLessThanOrEqual(10_000);
    expect(pool.lines).toContain("error pool pool event buffer overflowed, discarding event 1");
    expect(pool.state.discarded).toBe(4);
  });

  test("keeps one that weighs too much by itself, and it alone", () => {
    const pool = new Pool(["a"], 100);
    pool.spec.bufferWeight = 10_000;
    heavy(heavy(pool, 1, 10), 2, 20_000);
    expect([...pool.state.buffer].map(({ serial }) => serial)).toEqual([2]);
    heavy(pool, 3, 10);
    expect([...pool.state.buffer].map(({ serial }) => serial)).toEqual([3]);
  });
});
