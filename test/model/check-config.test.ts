import { describe, expect, it } from "vitest";
import { checkConfig } from "../../src/model/check-config.ts";
import { testWorld } from "./support/test-world.ts";

function told(config: unknown): string[] {
  const outcome = checkConfig(config, testWorld());
  return outcome.ok ? [] : outcome.problems.map(({ message, path }) => `${path?.join(".")}: ${message}`);
}

const db = { command: "db" };

describe("checkConfig", () => {
  it("gives the model of a config without mistakes", () => {
    expect(checkConfig({ programs: { db } }, testWorld())).toMatchObject({
      ok: true,
      value: { groups: [{ name: "db" }] },
    });
  });

  it("tells mistakes of shape together with unknown names, circles, and what the machine lacks", () => {
    const messages = told({
      programs: {
        db,
        a: { command: "a", dependsOn: { b: "redy" } },
        b: { command: "b", dependsOn: ["a"], stopsignal: "TERMM", startsecs: "soon" },
        c: { comand: "c", dependsOn: ["nope"], user: "no-such-user" },
      },
      groups: { g: { programs: ["db", "nothing"], priority: "high" } },
    });
    expect(messages).toEqual([
      expect.stringContaining("programs.a.dependsOn.b: programs.a.dependsOn.b must be"),
      expect.stringContaining("programs.b.startsecs: programs.b.startsecs must be"),
      expect.stringContaining("programs.c.comand: unknown option"),
      expect.stringContaining("groups.g.priority: groups.g.priority must be"),
      expect.stringContaining("groups.g.programs.1: [group:g] names unknown program or fcgi-program nothing"),
      expect.stringContaining("programs.b.stopsignal: value 'TERMM' is not a valid signal name"),
      expect.stringContaining("programs.c.user: Invalid user name no-such-user"),
      expect.stringContaining("programs.c.dependsOn.0: programs.c depends on unknown program nope"),
      expect.stringContaining("programs.a.dependsOn.b: programs wait for one another in a circle: a -> b -> a"),
    ]);
  });

  it.each<[string, unknown]>([
    [
      "a program of the wrong shape that others speak of",
      { programs: { db: 5, web: { command: "x", dependsOn: ["db"] } }, groups: { g: { programs: ["db"] } } },
    ],
    ["a missing command", { programs: { db: {}, web: { command: "x", dependsOn: ["db"] } } }],
    ["a misspelt command", { programs: { db: { comand: "x" } } }],
    ["no object of programs", { programs: [db], groups: { g: { programs: ["db"] } } }],
    ["programs misspelt", { program: { db }, groups: { g: { programs: ["db"] } } }],
    ["includes misspelt", { inclde: { files: "x.conf" }, programs: { web: { command: "x", dependsOn: ["php"] } } }],
    ["programs under a name of one's own", { jobs: { db }, groups: { g: { programs: ["db"] } } }],
    ["fcgiPrograms misspelt", { fcgiProgram: { php: db }, programs: { web: { command: "x", dependsOn: ["php"] } } }],
    [
      "a group whose programs are no list, named like a program",
      { programs: { db }, groups: { db: { programs: "db" } } },
    ],
    ["a group whose programs are misspelt", { programs: { db }, groups: { db: { program: ["db"] } } }],
    ["a server with a password that is no text", { inetHttpServer: { port: "*:9001", username: "u", password: 5 } }],
    [
      "a server in a list with a misspelt user name",
      { inetHttpServer: [{ port: 1 }, { name: "b", port: 9001, user: "u" }].slice(1) },
    ],
    ["a check of readiness that is no text", { programs: { db: { command: "x", health: { ready: { http: 5 } } } } }],
    ["a misspelt check of readiness", { programs: { db: { command: "x", health: { ready: { htp: "http://x" } } } } }],
    ["a listener without events", { eventlisteners: { mail: { command: "x" } } }],
    ["an fcgi-program whose socket is no text", { fcgiPrograms: { php: { command: "x", socket: 5 } } }],
    [
      "a wrong number of processes",
      { programs: { db: { command: "x", numprocs: "2", processName: "%(process_num)d" } } },
    ],
    ["a config that is no object", []],
  ])("tells nothing that only follows from %s", (_name, config) => {
    expect(told(config)).toHaveLength(1);
  });

  it.each(["grups", "superviord", "listners", "inetHttpServr", "rpcinterfaces"])(
    "tells what else is wrong although %s is unknown, for that is no place of programs",
    (key) => {
      const programs = { a: { command: "x", dependsOn: { nope: "ready" } } };
      expect(told({ programs, groups: { g: { programs: ["none"] } }, [key]: { g: { programs: ["a"] } } })).toEqual([
        `${key}: unknown option \`${key}\` in the config`,
        "groups.g.programs.0: [group:g] names unknown program or fcgi-program none",
        "programs.a.dependsOn.nope: programs.a depends on unknown program nope",
      ]);
    },
  );

  it("tells what else is wrong although there is an unknown option with nothing in it", () => {
    const programs = { a: { command: "x", dependsOn: ["nope"] } };
    expect(told({ programs, whatever: {} })).toEqual([
      "whatever: unknown option `whatever` in the config",
      "programs.a.dependsOn.0: programs.a depends on unknown program nope",
    ]);
  });

  it("counts the elements of a list as they were written", () => {
    const config = { programs: { db }, groups: { g: { programs: [1, "db", 2, "x"] } } };
    expect(told(config).at(-1)).toMatch(/^groups\.g\.programs\.3: .* unknown program or fcgi-program x$/);
  });
});
