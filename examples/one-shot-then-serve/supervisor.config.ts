import { defineConfig } from "sup";

export default defineConfig({
  programs: {
    migrate: {
      command: "sh -c 'echo migrating; sleep 1; echo migrated'",
      // It is meant to end: an exit with status 0 is its success, and it is not started again.
      startsecs: 0,
      autorestart: false,
    },
    server: {
      command: "sh -c 'echo serving; exec sleep 100000'",
      dependsOn: { migrate: "completed" },
    },
  },
});
