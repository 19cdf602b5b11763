import { defineConfig } from "vitest/config";

// Two rings: `unit` runs the sources in-process (pure tables and thin edges); `e2e` runs the built programs as a user
// does, so it builds them once first and runs few files at a time: these tests start real process trees.

// In CI (.ci/run), a test that fails may show once more that it can pass; it is reported as such, and is a defect to be mended.
// At a desk it fails at once. The report is for test/again.mjs: what a file does before its tests is not tried again together
// with a test.
const inCi = process.env["SUP_RETRY"] === "1";
const retry = inCi ? 1 : 0;
const reporters = inCi ? ["default", ["json", { outputFile: ".ci/report.json" }]] : ["default"];

export default defineConfig({
  test: {
    reporters,
    projects: [
      {
        define: { __SUP_VERSION__: JSON.stringify("0.0.0-test") },
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          retry,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // Vitest would leave one core to itself: of two, that is half.
          maxWorkers: "100%",
        },
      },
      {
        define: { __SUP_VERSION__: JSON.stringify("0.0.0-test") },
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/build.ts"],
          retry,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Most of them wait, for Supervisor above all, which looks once a second.
          maxWorkers: 4,
        },
      },
    ],
  },
});
