import { expect, test } from "vitest";
import type { Dependency } from "../../src/model/model.ts";
import { PROCESS_STATES, type ProcessState } from "../../src/model/states.ts";
import { openGate, type DependencyFacts } from "../../src/machine/gates.ts";

const facts = (state: ProcessState, changes: Partial<DependencyFacts> = {}): DependencyFacts => ({
  state,
  ready: false,
  completed: false,
  ...changes,
});
const gate = (condition: Dependency["condition"], ...processes: readonly DependencyFacts[]): string => {
  const answer = openGate({ dependsOn: [{ program: "db", condition }] }, new Map([["db", processes]]));
  return answer.open ? "open" : answer.waitingFor.map((waiting) => waiting.why).join("; ");
};

test("whoever depends on nothing may start", () => {
  expect(openGate({ dependsOn: [] }, new Map())).toEqual({ open: true });
});

test.each([
  ["started", facts("RUNNING"), "open"],
  ["started", facts("STARTING"), "db is STARTING"],
  ["started", facts("EXITED", { completed: true }), "db is EXITED"],
  ["started", facts("UNKNOWN"), "db is UNKNOWN"],
  ["ready", facts("RUNNING", { ready: true }), "open"],
  ["ready", facts("RUNNING"), "db is running but not ready yet"],
  ["ready", facts("STARTING", { ready: true }), "db is STARTING"],
  ["ready", facts("STOPPING", { ready: true }), "db is STOPPING"],
  ["completed", facts("EXITED", { completed: true }), "open"],
  ["completed", facts("EXITED"), "db has failed"],
  ["completed", facts("RUNNING", { ready: true }), "db has not completed yet"],
  ["completed", facts("STOPPED", { completed: true }), "db is STOPPED"],
  ["completed", facts("FATAL"), "db is FATAL"],
] as const)("%s: %o is answered with %s", (condition, process, answer) => {
  expect(gate(condition, process)).toBe(answer);
});

test("each condition is reached in one state alone", () => {
  const states = Object.keys(PROCESS_STATES) as ProcessState[];
  const opening = (condition: Dependency["condition"]): ProcessState[] =>
    states.filter((state) => gate(condition, facts(state, { ready: true, completed: true })) === "open");
  expect([opening("started"), opening("ready"), opening("completed")]).toEqual([["RUNNING"], ["RUNNING"], ["EXITED"]]);
});

test("all copies of a program count, and the sentence says how many are there", () => {
  const up = facts("RUNNING");
  expect(gate("started", up, up, up)).toBe("open");
  expect(gate("started", up, facts("BACKOFF"), up)).toBe("db is BACKOFF (2 of 3 done)");
});

test("a program that does not exist keeps the gate shut and is named", () => {
  expect(gate("started")).toBe("there is no program db");
  const answer = openGate({ dependsOn: [{ program: "ghost", condition: "ready" }] }, new Map());
  expect(answer).toEqual({
    open: false,
    waitingFor: [{ program: "ghost", condition: "ready", why: "there is no program ghost" }],
  });
});

test("every shut dependency is listed, in the order of the config, and the open ones are not", () => {
  const answer = openGate(
    {
      dependsOn: [
        { program: "migrate", condition: "completed" },
        { program: "db", condition: "started" },
        { program: "cache", condition: "ready" },
      ],
    },
    new Map([
      ["db", [facts("RUNNING")]],
      ["migrate", [facts("RUNNING")]],
      ["cache", [facts("RUNNING")]],
    ]),
  );
  expect(answer.open ? [] : answer.waitingFor.map(({ program }) => program)).toEqual(["migrate", "cache"]);
});
