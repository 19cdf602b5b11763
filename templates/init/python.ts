import { defineConfig } from "sup";

// A web application and its background worker in a virtual environment.
const venv = ".venv/bin";

export default defineConfig({
  programs: {
    web: {
      command: `${venv}/gunicorn app:application --bind 127.0.0.1:8000`,
      health: { ready: { tcp: "127.0.0.1:8000" } },
      stopsignal: "TERM",
      stopwaitsecs: 30,
    },
    worker: {
      command: `${venv}/celery -A app worker --loglevel info`,
      dependsOn: { web: "started" },
      // Workers finish what they have begun.
      stopwaitsecs: 600,
    },
  },
});
