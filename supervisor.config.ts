import { defineConfig } from "sup";

// Our own workshop, run with our own runner: `npm ci && bin/sup up`.
const bin = "node_modules/.bin";

export default defineConfig({
  programs: {
    // Checks the types again whenever a source changes.
    types: {
      command: `${bin}/tsc --noEmit --watch --preserveWatchOutput`,
      health: { ready: { log: "Watching for file changes", timeout: "60s" } },
      // `.bin/tsc` starts the compiler as a child of its own: the whole group is to be stopped.
      stopasgroup: true,
    },
    // Rebuilds dist/ whenever a source changes.
    build: {
      command: "node scripts/build.mjs --watch --no-types",
      health: { ready: { log: "watching" } },
      // esbuild works in a process of its own.
      stopasgroup: true,
    },
    // Runs the unit tests that a change concerns whenever a source changes; start it with: bin/sup start unit
    unit: {
      command: `${bin}/vitest --watch --project unit`,
      dependsOn: { build: "ready" },
      stopasgroup: true,
      autostart: false,
    },
  },
  groups: {
    workshop: { programs: ["types", "build", "unit"] },
  },
});
