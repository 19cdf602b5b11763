import { defineConfig } from "sup";

// A web server and a worker of a Node project. Hover over any option to read what it does.
export default defineConfig({
  programs: {
    web: {
      command: "node server.js",
      environment: { PORT: "3000" },
      health: { ready: { http: "http://127.0.0.1:3000/" } },
    },
    worker: {
      command: "node worker.js",
      numprocs: 2,
      processName: "%(program_name)s_%(process_num)02d",
      dependsOn: { web: "ready" },
    },
  },
  groups: {
    app: { programs: ["web", "worker"] },
  },
});
