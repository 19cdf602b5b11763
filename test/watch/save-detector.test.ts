import { describe, expect, it } from "vitest";
import { isHalfDone, SaveDetector, type Look, type Looks } from "../../src/watch/save-detector.ts";

const OLD = "export default {\n  programs: {},\n};\n";
const NEW = 'export default {\n  programs: { web: { command: "web" } },\n};\n';
const TIMING = { settle: 150, patience: 2500 };

function file(text: string, stamp = text): Look {
  return { kind: "file", digest: `d:${text}`, stamp, text };
}
const missing: Look = { kind: "missing", digest: "missing", stamp: "", text: "" };
const looks = (look: Look): Looks => new Map([["/c/supervisor.config.ts", look]]);

/** What is on disk from each moment on (ms); looks every 10 ms until well after the end; returns when saves were told. */
function savesOf(timeline: readonly (readonly [number, Look])[], until = 12_000): number[] {
  const detector = new SaveDetector(TIMING);
  detector.rearm(looks(file(OLD)), 0);
  const told: number[] = [];
  for (let now = 10; now <= until; now += 10) {
    const current = timeline.findLast(([at]) => at <= now)?.[1] ?? file(OLD);
    if (detector.look(looks(current), now).kind === "saved") told.push(now);
  }
  return told;
}

describe("SaveDetector", () => {
  it.each<[string, (readonly [number, Look])[], number]>([
    ["an in-place write", [[100, file(NEW)]], 250],
    [
      "truncate, 10 ms, write",
      [
        [100, file("")],
        [110, file(NEW)],
      ],
      260,
    ],
    [
      "truncate, 500 ms, write",
      [
        [100, file("")],
        [600, file(NEW)],
      ],
      750,
    ],
    [
      "truncate, 2 s, write",
      [
        [100, file("")],
        [2100, file(NEW)],
      ],
      2250,
    ],
    [
      "unlink, 1 s, create",
      [
        [100, missing],
        [1100, file(NEW)],
      ],
      1250,
    ],
    [
      "two halves with 2 s in between",
      [
        [100, file(NEW.slice(0, 30))],
        [2100, file(NEW)],
      ],
      2250,
    ],
    [
      "a first half that ends at a line",
      [
        [100, file("export default {\n")],
        [1500, file(NEW)],
      ],
      1650,
    ],
    [
      "two quick saves",
      [
        [100, file(`${NEW}//1\n`)],
        [180, file(NEW)],
      ],
      330,
    ],
    [
      "a write of the same content after the new one",
      [
        [100, file(NEW)],
        [200, file(NEW, "newer")],
      ],
      350,
    ],
    ["a file that stays empty, after the patience", [[100, file("")]], 2600],
    ["a file that stays away, after the patience", [[100, missing]], 2600],
  ])("tells %s exactly once, when it is at rest", (_name, timeline, at) => {
    expect(savesOf(timeline)).toEqual([at]);
  });

  it.each<[string, (readonly [number, Look])[]]>([
    ["a touch", [[100, file(OLD, "touched")]]],
    [
      "a rewrite with the same content",
      [
        [100, file("")],
        [150, file(OLD, "2")],
      ],
    ],
    [
      "a change that is undone before it rests",
      [
        [100, file(NEW)],
        [200, file(OLD, "3")],
      ],
    ],
    [
      "an unlink that is undone",
      [
        [100, missing],
        [2000, file(OLD, "4")],
      ],
    ],
  ])("does not tell %s", (_name, timeline) => {
    expect(savesOf(timeline)).toEqual([]);
  });

  it("tells each of two saves", () => {
    expect(
      savesOf([
        [100, file(NEW)],
        [1000, file(OLD, "5")],
      ]),
    ).toEqual([250, 1150]);
  });

  it("tells a save of many files once, when the last one rests", () => {
    const detector = new SaveDetector(TIMING);
    const at = (now: number): Looks =>
      new Map(Array.from({ length: 100 }, (_, i) => [`/c/${i}.ts`, file(now >= 100 + i * 10 ? NEW : OLD)]));
    detector.rearm(at(0), 0);
    const told: number[] = [];
    for (let now = 10; now < 5000; now += 10) if (detector.look(at(now), now).kind === "saved") told.push(now);
    expect(told).toEqual([1090 + 150]);
  });

  it("tells a change that happened between the load and the rearming", () => {
    const detector = new SaveDetector(TIMING);
    detector.rearm(looks(file(OLD)), 0);
    detector.rearm(looks(file(NEW)), 1000, true);
    expect(detector.look(looks(file(NEW)), 1010).kind).toBe("wait");
    expect(detector.look(looks(file(NEW)), 1150).kind).toBe("saved");
    expect(detector.look(looks(file(NEW)), 1400).kind).toBe("same");
  });

  it("waits for the rest of a file that was half written at the rearming", () => {
    const detector = new SaveDetector(TIMING);
    detector.rearm(looks(file(OLD)), 0);
    detector.rearm(looks(file("")), 1000, true);
    expect(detector.look(looks(file("")), 1500).kind).toBe("wait");
    detector.look(looks(file(NEW)), 2000);
    expect(detector.look(looks(file(NEW)), 2150).kind).toBe("saved");
  });

  it("asks to be woken again in time while it waits", () => {
    const detector = new SaveDetector(TIMING);
    detector.rearm(looks(file(OLD)), 0);
    expect(detector.look(looks(file(NEW)), 10)).toEqual({ kind: "wait", delay: 50 });
    expect(detector.look(looks(file(NEW)), 140)).toEqual({ kind: "wait", delay: 20 });
  });
});

describe("isHalfDone", () => {
  it.each<[string, string, string, boolean]>([
    ["a finished edit", OLD, NEW, false],
    ["an empty file", OLD, "", true],
    ["blanks", OLD, " \n", true],
    ["a missing last line end", OLD, NEW.trimEnd(), true],
    ["no last line end, as before", OLD.trimEnd(), NEW.trimEnd(), false],
    ["an open bracket", OLD, 'export default {\n  programs: { web: { command: "a-long-enough-one" } },\n', true],
    ["a beginning of the old text", "[a]\nx=1\n[b]\ny=2\n", "[a]\nx=1\n", true],
    ["a lost export", OLD, "const programs = {};\nconst groups = {};\n", true],
  ])("judges %s", (_name, before, now, expected) => {
    expect(isHalfDone(file(before), file(now))).toBe(expected);
  });
});
