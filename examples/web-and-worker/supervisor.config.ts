import { defineConfig } from "sup";

const shared = { environment: { GREETING: "hello" }, stopwaitsecs: 5 };

export default defineConfig({
  programs: {
    web: {
      ...shared,
      command: "node web.mjs",
      // Saved, and it is restarted.
      watch: "web.mjs",
      // Ready is when it says so, not when it was launched.
      health: { ready: { log: "listening on" } },
    },
    worker: {
      ...shared,
      command: "node worker.mjs",
      numprocs: 2,
      processName: "%(program_name)s_%(process_num)d",
      dependsOn: { web: "ready" },
    },
  },
  groups: { app: { programs: ["web", "worker"] } },
});
