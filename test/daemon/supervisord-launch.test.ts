import { expect, test } from "vitest";
import type { LoadResult } from "../../src/config/load-config.ts";
import { startNotices, withOverrides, type SupervisordLaunch } from "../../src/daemon/supervisord/launch.ts";

const loaded = {
  outcome: { ok: true, value: { supervisord: { loglevel: "info", identifier: "a" }, groups: [] } },
  files: [],
  warnings: [{ message: "unknown key x", place: { file: "/c", line: 3, column: 1 } }, { message: "no place" }],
  messages: [
    { level: "info", text: "Included" },
    { level: "warn", text: "No file matches" },
  ],
  format: "ini",
  hash: "",
} as unknown as LoadResult;

const launch = {
  identity: [{ level: "critical", text: "root" }],
  limits: [{ level: "info", text: "Increased" }],
} as unknown as SupervisordLaunch;

test("what was learned before there was a log is told by rank", () => {
  const texts = (first: boolean) => startNotices(launch, loaded, first).map(({ text }) => text);
  const always = ["root", "No file matches", "unknown key x (/c, line 3)", "no place", "Included"];
  expect(texts(true)).toEqual([...always, "Increased"]);
  expect(texts(false)).toEqual(always);
});

test("sup tells its warnings elsewhere", () => {
  expect(startNotices(null, loaded, true).map(({ text }) => text)).toEqual(["No file matches", "Included"]);
});

test("the command line lies over the config, and over nothing else", () => {
  const over = withOverrides(loaded, { loglevel: "debug" });
  expect(over.outcome).toEqual({
    ok: true,
    value: { supervisord: { loglevel: "debug", identifier: "a" }, groups: [] },
  });
  const refused: LoadResult = { ...loaded, outcome: { ok: false, problems: [] } };
  expect(withOverrides(refused, { loglevel: "debug" })).toBe(refused);
});
