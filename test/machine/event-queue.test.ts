import { describe, expect, test } from "vitest";
import { EventQueue, eventWeight } from "../../src/machine/event-queue.ts";
import type { PooledEvent } from "../../src/machine/listener-protocol.ts";
import { Random } from "../chaos/random.ts";

const event = (serial: number): PooledEvent => ({
  serial,
  poolserial: serial,
  name: "TICK_5",
  payload: "x".repeat(serial % 7),
});
const serials = (queue: Iterable<PooledEvent>): number[] => [...queue].map(({ serial }) => serial);

describe("a queue of events", () => {
  test("holds what an array would, through any changes, and so does each queue that it was made from", () => {
    const random = new Random(7);
    let next = 0;
    const all: { readonly queue: EventQueue; readonly array: readonly PooledEvent[] }[] = [
      { queue: EventQueue.EMPTY, array: [] },
    ];
    for (let round = 0; round < 3000; round++) {
      // Nearly always the newest; now and then an older one, that others have come of already.
      const { queue, array } =
        all[random.fraction() < 0.99 ? all.length - 1 : Math.floor(random.fraction() * all.length)]!;
      const what = random.fraction();
      if (what < 0.7) {
        const one = event(next++);
        all.push({ queue: queue.append(one), array: [...array, one] });
      } else if (what < 0.98) {
        const count = random.fraction() < 0.98 ? 1 : Math.floor(random.fraction() * 200);
        const left = { queue: queue.drop(count), array: array.slice(count) };
        all.push(left);
        const first = array[0];
        if (count === 1 && first !== undefined && random.fraction() < 0.3)
          all.push({ queue: left.queue.prepend(first), array });
      } else {
        const one = event(next++);
        all.push({ queue: queue.prepend(one), array: [one, ...array] });
      }
    }
    for (const { queue, array } of all) {
      expect(queue.length).toBe(array.length);
      expect(queue.slice(0)).toEqual(array);
      expect(queue.weight).toBe(array.reduce((sum, one) => sum + eventWeight(one), 0));
    }
    expect(Math.max(...all.map(({ array }) => array.length))).toBeGreaterThan(200);
  });

  test("finds a place, an event, and a part, and nothing beyond its ends, whatever others made of it have there", () => {
    const events = Array.from({ length: 6 }, (_, serial) => event(serial));
    const queue = EventQueue.of(events.slice(0, 5)).drop(2);
    queue.append(events[5]!);
    expect([queue.at(0), queue.at(2), queue.at(3), queue.at(-1)]).toEqual([events[2], events[4], undefined, undefined]);
    expect(events.map((one) => queue.indexOf(one))).toEqual([-1, -1, 0, 1, 2, -1]);
    expect(serials(queue.slice(1))).toEqual([3, 4]);
    expect(serials(queue.slice(1, 2))).toEqual([3]);
    expect(serials(queue.slice(0, 9))).toEqual([2, 3, 4]);
    expect(serials(queue.drop(9))).toEqual([]);
    expect(JSON.parse(JSON.stringify(queue))).toEqual(events.slice(2, 5));
  });
});

test.each([
  ["letters", "hello", 1],
  ["zero bytes", "\0\0\x1f", 1],
  ["line ends, quotes", 'a\n\t"\\', 1],
  ["other letters", "\u4f60\u597d x", 2],
  ["pairs, and halves of them", "\u{1f600} \ud83d", 2],
])("an event of %s weighs no less than it does where it is saved", (_, payload, width) => {
  const weight = eventWeight({ serial: 1, poolserial: 1, name: "TICK_5", payload });
  expect(weight).toBeGreaterThanOrEqual(JSON.stringify(payload).length * width);
  expect(weight).toBeLessThan(payload.length * 6 * width + 300);
});
