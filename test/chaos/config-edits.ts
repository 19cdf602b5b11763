import type { Random } from "./random.ts";

/** A config that is edited at random. */
export interface EditedConfig {
  programs: Record<string, EditedProgram>;
  groups: Record<string, { programs: string[]; priority?: number }>;
}

interface EditedProgram {
  command: string;
  environment?: Record<string, string>;
  stopwaitsecs?: number;
  autorestart?: boolean;
  numprocs?: number;
  processName?: string;
}

export function firstConfig(): EditedConfig {
  const programs = Object.fromEntries(
    Array.from({ length: 8 }, (_, index) => [`p${index}`, { command: `sleep ${10_000 + index}` }]),
  );
  return { programs, groups: { left: { programs: ["p0", "p1"] }, right: { programs: ["p2"] } } };
}

/** One random edit; returns the programs whose processes may be restarted by it. */
export function edit(config: EditedConfig, random: Random, number: number): Set<string> {
  const names = Object.keys(config.programs);
  const name = random.pick(names);
  const program = config.programs[name] as EditedProgram;
  const leave = (): void => {
    for (const group of Object.values(config.groups)) group.programs = group.programs.filter((one) => one !== name);
  };
  switch (random.whole(0, 6)) {
    case 0: {
      const added = `n${number}`;
      if (names.length < 14) config.programs[added] = { command: `sleep ${20_000 + number}` };
      return new Set([added]);
    }
    case 1:
      if (names.length > 4) {
        delete config.programs[name];
        leave();
      }
      return new Set([name]);
    case 2:
      program.command = `sleep ${30_000 + number}`;
      return new Set([name]);
    case 3:
      program.environment = { EDIT: String(number) };
      return new Set([name]);
    case 4:
      // Changes in place: nobody restarts.
      program.stopwaitsecs = 5 + (number % 20);
      program.autorestart = random.fraction() < 0.5;
      return new Set();
    case 5:
      program.numprocs = random.whole(1, 3);
      program.processName = "%(program_name)s_%(process_num)d";
      return new Set([name]);
    default:
      leave();
      config.groups[random.pick(["left", "right"])]?.programs.push(name);
      return new Set([name]);
  }
}

/** Makes a text invalid, or leaves its end out; the number keeps two mistakes in a row from being the same. */
export function spoil(text: string, random: Random, number: number): string {
  switch (random.whole(0, 4)) {
    case 0:
      return text.replace('"programs"', `"programms${number}"`);
    case 1:
      return text.replace(/"command": "[^"]*"/, `"command": ${number}`);
    case 2:
      return text.replace('"left": {', `"left": { "nosuch${number}": true,`);
    case 3:
      return text.slice(0, random.whole(30, text.length - 20));
    default:
      return text.replace('"programs": {', `"programs": { "broken${number}": { "command" `);
  }
}

export function expectedNames(config: EditedConfig): string[] {
  const groupOf = (name: string): string =>
    Object.entries(config.groups).find(([, group]) => group.programs.includes(name))?.[0] ?? name;
  return Object.entries(config.programs)
    .flatMap(([name, program]) =>
      Array.from({ length: program.numprocs ?? 1 }, (_, index) => {
        const process = program.processName === undefined ? name : `${name}_${index}`;
        return groupOf(name) === process ? process : `${groupOf(name)}:${process}`;
      }),
    )
    .toSorted();
}
