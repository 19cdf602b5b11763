import { PerformanceObserver, constants } from "node:perf_hooks";
import { expect, test } from "vitest";
import { collectWhenStill } from "../../src/keeper/small-heap.ts";
import { eventually } from "./harness.ts";

test("garbage is collected once it is still after much was said, and not for little", async () => {
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as unknown as { detail: { kind: number; flags: number } }[]) {
      const forced = (detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0;
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR && forced) collections.push(performance.now());
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  const note = collectWhenStill();
  note(1000);
  note(64 * 1024);
  const last = performance.now();
  await eventually(() => collections.length === 1);
  expect(collections[0]).toBeGreaterThan(last + 1900);
  const little = collectWhenStill();
  const much = collectWhenStill();
  little(1000);
  much(64 * 1024);
  await eventually(() => collections.length === 2);
  observer.disconnect();
});
