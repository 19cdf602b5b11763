import { describe, expect, test } from "vitest";
import { EventQueue } from "../../src/machine/event-queue.ts";
import { NEW_POOL, type PoolState } from "../../src/machine/listener-pool-state.ts";
import { busyWith, type PooledEvent } from "../../src/machine/listener-protocol.ts";
import { ListenerNotes } from "../../src/supervisor/listener-memory.ts";

const event = (poolserial: number): PooledEvent => ({
  serial: poolserial + 100,
  poolserial,
  name: "TICK_5",
  payload: `when:${poolserial}`,
});

/** What the keeper holds after some saves. */
function keep(saved: Record<string, string>, changes: Readonly<Record<string, string | null>>): number {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete saved[key];
    else saved[key] = value;
  }
  return Object.keys(changes).length;
}

describe("what is saved of event listeners", () => {
  test("brings back serial, pools, who is busy with what, and the events that wait, in order", () => {
    const saved: Record<string, string> = {};
    const state: PoolState = {
      ...NEW_POOL,
      nextPoolserial: 4,
      buffer: EventQueue.of([event(3), event(2), event(11)]),
      members: { a: { listener: busyWith(event(1), 7), running: true, deafUntil: 5000 } },
      rejections: 2,
      retryAt: 77,
      discarded: 9,
    };
    const pools = new Map([
      ["a/1", state],
      ["a", NEW_POOL],
    ]);
    keep(saved, new ListenerNotes().changes(112, pools));
    const memory = new ListenerNotes().restore({ ...saved, "web:web": "{}", daemon: "1" });
    expect(memory.nextSerial).toBe(112);
    expect([...memory.pools.keys()].sort()).toEqual(["a", "a/1"]);
    expect(memory.pools.get("a")).toEqual(NEW_POOL);
    expect(memory.pools.get("a/1")).toEqual({
      ...state,
      buffer: EventQueue.of([event(2), event(3), event(11)]),
      // Times of another boot mean nothing.
      members: { a: { listener: busyWith(event(1), 7), running: true, deafUntil: null } },
      retryAt: null,
    });
  });

  test("is written in proportion to what changed, not to what waits", () => {
    const notes = new ListenerNotes();
    const saved: Record<string, string> = {};
    const buffer = EventQueue.of(Array.from({ length: 1000 }, (_, index) => event(index)));
    const full: PoolState = { ...NEW_POOL, nextPoolserial: 1000, buffer };
    expect(keep(saved, notes.changes(1000, new Map([["p", full]])))).toBe(1002);
    expect(keep(saved, notes.changes(1000, new Map([["p", full]])))).toBe(0);
    const next: PoolState = { ...full, nextPoolserial: 1001, buffer: buffer.drop(1).append(event(1000)) };
    expect(keep(saved, notes.changes(1001, new Map([["p", next]])))).toBe(4);
    expect(new ListenerNotes().restore(saved).pools.get("p")?.buffer).toEqual(next.buffer);
  });

  test("goes with its pool, also when that was taken over and never seen again", () => {
    const saved: Record<string, string> = {};
    const buffer = EventQueue.of([event(0), event(1)]);
    keep(saved, new ListenerNotes().changes(5, new Map([["p", { ...NEW_POOL, buffer }]])));
    expect(Object.keys(saved)).toHaveLength(4);
    const later = new ListenerNotes();
    later.restore(saved);
    keep(saved, later.changes(5, new Map()));
    expect(Object.keys(saved)).toEqual(["events/serial"]);
  });
});
