import { defineConfig } from "sup";

// One program, to begin with. Hover over any option to read what it does.
export default defineConfig({
  programs: {
    hello: {
      command: "sh -c 'while true; do date; sleep 5; done'",
      // The shell and what it has started stop together.
      stopasgroup: true,
    },
  },
});
