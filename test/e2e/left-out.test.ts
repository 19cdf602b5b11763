import { afterEach, beforeEach, expect, test } from "vitest";
import { Project, type Status } from "../support/project.ts";

// `sup up NAME` starts what it names. What it left out is there, and starts when somebody asks for it.

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

const states = (status: Status): Record<string, string> =>
  Object.fromEntries(status.processes.map((process) => [process.namespec, process.state]));

function write(seconds: number, groups: object = {}): void {
  const programs = {
    a: { command: "sleep 1000", startsecs: 0 },
    b: { command: `sleep ${seconds}`, startsecs: 0 },
    off: { command: `sleep ${seconds}`, startsecs: 0, autostart: seconds > 2000 },
  };
  project.write("supervisor.config.json", JSON.stringify({ programs, groups }));
}

test("an edit does not start what was left out, nor does a move to a group; switching autostart on does", async () => {
  write(1001);
  await project.sup("up", "-d", "--no-watch", "a");
  expect(states(await project.status())).toEqual({ a: "RUNNING", b: "STOPPED", off: "STOPPED" });
  write(1002);
  expect(await project.sup("update")).toMatchObject({ exitCode: 0 });
  expect(states(await project.status())).toEqual({ a: "RUNNING", b: "STOPPED", off: "STOPPED" });
  write(1002, { g: { programs: ["b"] } });
  await project.sup("update");
  expect(states(await project.status())).toEqual({ a: "RUNNING", "g:b": "STOPPED", off: "STOPPED" });
  write(2002, { g: { programs: ["b"] } });
  await project.sup("update");
  const { off, ...others } = states(await project.status());
  expect({ off, others }).toEqual({ off: "RUNNING", others: { a: "RUNNING", "g:b": "STOPPED" } });
  expect((await project.sup("start", "g:b")).exitCode).toBe(0);
});
