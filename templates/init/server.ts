import { defineConfig } from "sup";

// For a server: programs run as their own users, write to /var/log and are restarted whenever they end.
export default defineConfig({
  supervisord: {
    identifier: "app",
  },
  programs: {
    app: {
      command: "/opt/app/bin/server",
      directory: "/opt/app",
      user: "www-data",
      autorestart: true,
      startretries: 10,
      stopasgroup: true,
      stdoutLogfile: "/var/log/app.log",
      stdoutLogfileMaxbytes: "50MB",
      stdoutLogfileBackups: 10,
      redirectStderr: true,
    },
  },
});
