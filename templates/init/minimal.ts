import { defineConfig } from "sup";

export default defineConfig({
  programs: {
    hello: {
      command: "sh -c 'while true; do date; sleep 5; done'",
      // The shell and what it has started stop together.
      stopasgroup: true,
    },
  },
});
