import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { placesFor } from "../../src/daemon/places.ts";
import { ApiClient } from "../../src/client/api-client.ts";
import type { PlanReport, StatusReport } from "../../src/protocol/api.ts";
import { Project } from "../support/project.ts";

// A file is edited a thousand times while its programs run; after each save the running set must be that of the last valid
// config, and nobody whom the edit does not concern may have been touched. The thousand are of the JSON form, which needs no
// evaluator, and are applied by `update`; shorter series are noticed by the watcher, in JSON and in TypeScript.

const EDITS = Number(process.env["SUP_EDITS"] ?? 1000);
const SEED = Number(process.env["SUP_SEED"] ?? 20_261_120);

interface Program {
  command: string;
  environment?: Record<string, string>;
  stopwaitsecs?: number;
  autorestart?: boolean;
  numprocs?: number;
  processName?: string;
}
interface Config {
  programs: Record<string, Program>;
  groups: Record<string, { programs: string[]; priority?: number }>;
}

let project: Project;
let client: ApiClient;
let reports: PlanReport[];
let wake: () => void;
let following: AbortController;

beforeEach(() => {
  project = new Project();
  reports = [];
  wake = () => {};
  following = new AbortController();
});

afterEach(async () => {
  following.abort();
  await project.close();
});

describe("a config that is edited again and again", () => {
  test(
    "is followed exactly through a thousand random edits, valid and invalid",
    () => editAtRandom("supervisor.config.json", EDITS, "update", (text) => text),
    TIME,
  );

  test(
    "is followed exactly when every save is noticed by itself",
    () => editAtRandom("supervisor.config.json", Math.ceil(EDITS / 5), "watch", (text) => text),
    TIME,
  );

  test(
    "is followed exactly in its TypeScript form",
    () =>
      editAtRandom(
        "supervisor.config.ts",
        Math.ceil(EDITS / 20),
        "watch",
        (text) => `import { defineConfig } from "sup";\nexport default defineConfig(${text});\n`,
      ),
    TIME,
  );
});

/** Not an expectation: a limit for a machine that does much else. */
const TIME = 900_000;

async function editAtRandom(
  file: string,
  edits: number,
  noticed: "watch" | "update",
  wrap: (json: string) => string,
): Promise<void> {
  const random = generator(SEED);
  let config = firstConfig();
  project.write(file, wrap(JSON.stringify(config, null, 2)));
  const up = await project.sup("up", "-d", ...(noticed === "update" ? ["--no-watch"] : []));
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  client = new ApiClient({ socket: placesFor(`${project.folder}/${file}`, project.env).socket });
  const listen = async (): Promise<void> => {
    for await (const item of client.stream({ events: true, names: ["-"] }, following.signal)) {
      if (item.type === "plan") reports.push(item.report);
      wake();
    }
  };
  listen().catch(() => {});
  let before = await settled(config);
  let invalid = 0;

  for (let edit = 0; edit < edits; edit++) {
    const next = structuredClone(config);
    const touched = change(next, random, edit);
    const broken = random() < 0.3;
    // A save that changes nothing is no edit, and rightly goes unnoticed: each text is one of its own.
    const text = JSON.stringify({ $schema: `edit ${edit}`, ...next }, null, 2);
    reports.length = 0;
    project.write(file, broken ? spoil(wrap(text), random, edit) : wrap(text));
    const report = noticed === "update" ? await client.call("update", {}) : await nextReport();
    expect(report.ok, `edit ${edit} (seed ${SEED}): ${report.problems}`).toBe(!broken);
    if (broken) invalid++;
    else config = next;

    const after = await settled(config);
    expect(namesOf(after), `edit ${edit} (seed ${SEED})`).toEqual(expectedNames(config));
    for (const one of after.processes) {
      const old = before.processes.find((other) => other.namespec === one.namespec);
      if (old === undefined || (!broken && touched.has(one.program))) continue;
      expect(one.pid, `edit ${edit} (seed ${SEED}) restarted ${one.namespec}`).toBe(old.pid);
      expect(one.restarts).toBe(0);
    }
    expect(after.config.stale !== null).toBe(broken);
    before = after;
  }
  expect(invalid).toBeGreaterThan(0);
  expect(invalid).toBeLessThan(edits);
}

function firstConfig(): Config {
  const programs = Object.fromEntries(
    Array.from({ length: 8 }, (_, index) => [`p${index}`, { command: `sleep ${10_000 + index}` }]),
  );
  return { programs, groups: { left: { programs: ["p0", "p1"] }, right: { programs: ["p2"] } } };
}

/** One random edit; returns the programs whose processes may be restarted by it. */
function change(config: Config, random: () => number, edit: number): Set<string> {
  const names = Object.keys(config.programs);
  const name = names[Math.floor(random() * names.length)] ?? "p0";
  const program = config.programs[name] as Program;
  switch (Math.floor(random() * 7)) {
    case 0: {
      const added = `n${edit}`;
      if (names.length < 14) config.programs[added] = { command: `sleep ${20_000 + edit}` };
      return new Set([added]);
    }
    case 1:
      if (names.length > 4) {
        delete config.programs[name];
        for (const group of Object.values(config.groups)) group.programs = group.programs.filter((one) => one !== name);
      }
      return new Set([name]);
    case 2:
      program.command = `sleep ${30_000 + edit}`;
      return new Set([name]);
    case 3:
      program.environment = { EDIT: String(edit) };
      return new Set([name]);
    case 4:
      // Changes in place: nobody restarts.
      program.stopwaitsecs = 5 + (edit % 20);
      program.autorestart = random() < 0.5;
      return new Set();
    case 5:
      program.numprocs = 1 + Math.floor(random() * 3);
      program.processName = "%(program_name)s_%(process_num)d";
      return new Set([name]);
    default: {
      for (const group of Object.values(config.groups)) group.programs = group.programs.filter((one) => one !== name);
      const target = config.groups[random() < 0.5 ? "left" : "right"];
      target?.programs.push(name);
      return new Set([name]);
    }
  }
}

/** Makes a text invalid; the number keeps two mistakes in a row from being the same. */
function spoil(text: string, random: () => number, edit: number): string {
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.replace('"programs"', `"programms${edit}"`);
    case 1:
      return text.replace(/"command": "[^"]*"/, `"command": ${edit}`);
    case 2:
      return text.replace('"left": {', `"left": { "nosuch${edit}": true,`);
    default:
      return text.replace('"programs": {', `"programs": { "broken${edit}": { "command" `);
  }
}

function expectedNames(config: Config): string[] {
  const groupOf = (name: string): string =>
    Object.entries(config.groups).find(([, group]) => group.programs.includes(name))?.[0] ?? name;
  return Object.entries(config.programs)
    .flatMap(([name, program]) =>
      Array.from({ length: program.numprocs ?? 1 }, (_, index) => {
        const process = program.processName === undefined ? name : `${name}_${index}`;
        return groupOf(name) === process ? process : `${groupOf(name)}:${process}`;
      }),
    )
    .sort();
}

function namesOf(status: StatusReport): string[] {
  return status.processes.map((one) => one.namespec).sort();
}

/** The status once every process of it is up. */
async function settled(config: Config): Promise<StatusReport> {
  for (;;) {
    const status = await client.call("status", {});
    const up = status.processes.every((one) => one.pid !== 0 && (one.state === "STARTING" || one.state === "RUNNING"));
    if (up && status.processes.length >= expectedNames(config).length) return status;
    expect(status.processes.filter((one) => one.state === "FATAL" || one.state === "BACKOFF")).toEqual([]);
  }
}

function nextReport(): Promise<PlanReport> {
  return new Promise((resolve) => {
    wake = () => {
      const [report] = reports;
      if (report !== undefined) resolve(report);
    };
    wake();
  });
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
