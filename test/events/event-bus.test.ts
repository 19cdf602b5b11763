import { expect, test } from "vitest";
import { EventBus } from "../../src/events/event-bus.ts";

test("everyone hears every event, in the order in which they asked, until they no longer want to", () => {
  const heard: string[] = [];
  const bus = new EventBus<number>(() => expect.unreachable());
  const stop = bus.subscribe((event) => heard.push(`a${event}`));
  bus.subscribe((event) => heard.push(`b${event}`));
  bus.emit(1);
  stop();
  bus.emit(2);
  expect(heard).toEqual(["a1", "b1", "b2"]);
});

test("a listener that throws is reported and keeps nobody else from hearing", () => {
  const errors: unknown[] = [];
  const heard: number[] = [];
  const bus = new EventBus<number>((error) => errors.push(error));
  const trouble = new Error("no");
  bus.subscribe(() => {
    throw trouble;
  });
  bus.subscribe((event) => heard.push(event));
  bus.emit(1);
  expect(heard).toEqual([1]);
  expect(errors).toEqual([trouble]);
});
