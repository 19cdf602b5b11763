// Read by the compiler only: a line under @ts-expect-error that does compile fails the type check. See define-config.test.ts.
import type * as z from "zod";
import { defineConfig, type Config } from "../../../src/index.ts";
import type { configSchema } from "../../../src/model/schema/schema.ts";

// The interfaces that people read say what the schema checks, in both directions.
export const fromSchema = (value: z.output<typeof configSchema>): Config => value;
export const toSchema = (value: Config): z.output<typeof configSchema> => value;

export const object = defineConfig({
  programs: {
    db: { command: "redis-server" },
    web: { command: "node server.js", dependsOn: { db: "ready" }, stopwaitsecs: "10s", stdoutLogfileMaxbytes: "5MB" },
    worker: { command: "node worker.js", dependsOn: ["db", "web"] },
    php: { command: "true", dependsOn: { fpm: "started" }, user: process.env["USER"] },
  },
  groups: { backend: { programs: ["web", "db"], priority: 10 }, other: { programs: ["fpm"] } },
  fcgiPrograms: { fpm: { command: "php-fpm", socket: "unix:///run/php.sock", dependsOn: ["db"] } },
  eventlisteners: { mail: { command: "mail", events: ["TICK_5"], dependsOn: ["db"] } },
});

export const wrongInDependsOn = defineConfig({
  programs: {
    db: { command: "x" },
    // @ts-expect-error `dbb` is no program
    web: { command: "x", dependsOn: { dbb: "ready" } },
  },
});

export const wrongInList = defineConfig({
  programs: {
    db: { command: "x" },
    web: {
      command: "x",
      dependsOn: [
        "db",
        // @ts-expect-error `dbb` is no program
        "dbb",
      ],
    },
  },
});

export const wrongInGroup = defineConfig({
  programs: { db: { command: "x" } },
  groups: {
    a: {
      programs: [
        "db",
        // @ts-expect-error `web` is no program
        "web",
      ],
    },
  },
});

export const functionForm = defineConfig(({ mode, env, host, command }) => ({
  programs: {
    db: { command: `x ${mode} ${env["HOME"]} ${host} ${command}` },
    web: { command: "x", dependsOn: { db: mode === "production" ? "ready" : "started" } },
  },
  groups: { all: { programs: ["db", "web"] } },
}));

// @ts-expect-error `web` is no program
export const wrongInFunction = defineConfig(() => ({
  programs: { db: { command: "x" } },
  groups: { a: { programs: ["db", "web"] } },
}));

export const nestedCall = defineConfig(({ mode }) => {
  return defineConfig({ programs: { db: { command: `x ${mode}` } }, groups: { a: { programs: ["db"] } } });
});

export const wrongInNestedCall = defineConfig(({ mode }) => {
  return defineConfig({
    programs: { db: { command: `x ${mode}` } },
    groups: {
      a: {
        programs: [
          "db",
          // @ts-expect-error `web` is no program
          "web",
        ],
      },
    },
  });
});

export const unknownOptionInNestedCall = defineConfig(({ mode }) =>
  defineConfig({
    programs: {
      // @ts-expect-error the option is called startsecs
      web: { command: `x ${mode}`, startsec: 1 },
    },
  }),
);

export const nestedAsyncCall = defineConfig(async ({ mode }) => {
  await Promise.resolve();
  return defineConfig({ programs: { db: { command: `x ${mode}` } }, groups: { a: { programs: ["db"] } } });
});

export const asyncForm = defineConfig(async () => {
  await Promise.resolve();
  return { programs: { db: { command: "x" } }, groups: { a: { programs: ["db"] } } };
});

// @ts-expect-error `web` is no program
export const wrongInAsync = defineConfig(async () => ({
  programs: { db: { command: "x" } },
  groups: { a: { programs: ["web"] } },
}));

export const promiseForm = defineConfig(Promise.resolve({ programs: { db: { command: "x" } } }));

export const unknownOption = defineConfig({
  programs: {
    // @ts-expect-error the option is called startsecs
    web: { command: "x", startsec: 1 },
  },
});

export const noCommand = defineConfig({
  programs: {
    // @ts-expect-error a program needs a command
    web: {},
  },
});

export const wrongUnit = defineConfig({
  programs: {
    // @ts-expect-error seconds are not written out
    web: { command: "x", startsecs: "10 seconds" },
  },
});

export const words = defineConfig({
  supervisord: { loglevel: "debug" },
  programs: {
    a: { command: "x", stopsignal: "TERM", autorestart: "unexpected", startretries: "endless" },
    b: { command: "x", stopsignal: "SIGUSR1", autorestart: true, dependsOn: { a: "completed" } },
    c: { command: "x", stopsignal: 15 },
    d: { command: "x", stopsignal: "%(ENV_STOP)s" },
    // @ts-expect-error no signal is called so
    e: { command: "x", stopsignal: "TREM" },
    // @ts-expect-error no signal is called so
    f: { command: "x", stopsignal: "SIG_IGN" },
    // @ts-expect-error Supervisor takes no signal of this number
    g: { command: "x", stopsignal: 40 },
    // @ts-expect-error it is called unexpected
    h: { command: "x", autorestart: "unexpectd" },
    // @ts-expect-error it is called endless
    i: { command: "x", startretries: "infinite" },
    // @ts-expect-error it is called ready
    j: { command: "x", dependsOn: { a: "redy" } },
  },
});

export const wrongLevel = defineConfig({
  // @ts-expect-error it is called warn
  supervisord: { loglevel: "warning" },
});

export const wrongEvents = defineConfig({
  eventlisteners: {
    a: {
      command: "x",
      // @ts-expect-error it is called PROCESS_STATE_EXITED
      events: ["PROCESS_STATE_EXITTED"],
    },
  },
  listeners: {
    b: {
      // @ts-expect-error it is called TICK_5
      events: ["TICK_6"],
      handler: () => undefined,
    },
  },
});

/** Names that the compiler cannot know are not held against anyone. */
export function generated(names: readonly string[]) {
  return defineConfig({
    programs: Object.fromEntries(names.map((name) => [name, { command: `run ${name}` }])),
    groups: { all: { programs: names } },
  });
}

export const listeners = defineConfig({
  programs: { db: { command: "x" }, web: { command: "x", dependsOn: { db: "ready" } } },
  listeners: {
    alerts: {
      events: ["PROCESS_STATE_EXITED", "TICK_60"],
      handler(event) {
        if (event.name === "PROCESS_STATE_EXITED") {
          const told: [string, boolean, number] = [event.process, event.expected, event.pid];
          return void told;
        }
        // @ts-expect-error not every event has a pid
        return void event.pid;
      },
    },
    later: { events: ["EVENT"], handler: async ({ serial, poolSerial }) => void (serial + poolSerial) },
  },
});

export const listenerWithoutFunction = defineConfig({
  // @ts-expect-error a name is no function
  listeners: { alerts: { events: ["EVENT"], handler: "alerts" } },
});
