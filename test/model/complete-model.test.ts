import { expect, test } from "vitest";
import { completeModel } from "../../src/model/complete-model.ts";
import type { Model } from "../../src/model/model.ts";

const model = (value: unknown): Model => value as Model;

const reference = model({
  supervisord: { loglevel: "info", newDaemonKey: 1 },
  servers: [],
  groups: [
    {
      name: "reference",
      newGroupKey: "g",
      processes: [{ command: ["true"], newKey: null, stdout: { maxbytes: 1, newStreamKey: 2 } }],
    },
  ],
});

test("a model of another version gets what it lacks, at any depth, and keeps all that it has", () => {
  const old = model({
    supervisord: { loglevel: "debug" },
    servers: [{ kind: "unix" }],
    groups: [
      {
        name: "a",
        processes: [
          { command: ["sleep", "1"], environment: { A: "1" }, stdout: { maxbytes: 5 }, gone: true },
          { command: ["x"], newKey: 7, stdout: { maxbytes: 6, newStreamKey: 8 } },
        ],
      },
      { name: "empty", processes: [] },
    ],
  });
  expect(completeModel(old, reference)).toEqual({
    supervisord: { loglevel: "debug", newDaemonKey: 1 },
    servers: [{ kind: "unix" }],
    groups: [
      {
        name: "a",
        newGroupKey: "g",
        processes: [
          {
            command: ["sleep", "1"],
            environment: { A: "1" },
            stdout: { maxbytes: 5, newStreamKey: 2 },
            gone: true,
            newKey: null,
          },
          { command: ["x"], newKey: 7, stdout: { maxbytes: 6, newStreamKey: 8 } },
        ],
      },
      { name: "empty", newGroupKey: "g", processes: [] },
    ],
  });
});
