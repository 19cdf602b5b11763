import type { BuildContext, ConfigPath } from "./build-context.ts";
import { buildCodeListener } from "./build-code-listener.ts";
import { buildFcgi } from "./build-fcgi.ts";
import { buildListener } from "./build-listener.ts";
import { buildProcesses, type ProgramPlace } from "./build-program.ts";
import type { Config, FcgiProgramConfig, GroupConfig, ProgramConfig } from "../config.ts";
import type { GroupSpec, ProcessSpec } from "../model.ts";
import { checkName } from "../names.ts";
import { byCodePoint } from "../text/by-code-point.ts";
import { didYouMean } from "../text/suggest.ts";

type Environment = Readonly<Record<string, string>>;

/** All groups in start order: those written, and one for each program, listener and fcgi-program that is in none. */
export function buildGroups(context: BuildContext, config: Config, environment: Environment): GroupSpec[] {
  const programs = new Map(Object.entries(config.programs ?? {}));
  const fcgiPrograms = new Map(Object.entries(config.fcgiPrograms ?? {}));
  const known: Known = { programs, fcgiPrograms };
  const grouped = new Set(Object.values(config.groups ?? {}).flatMap((group) => group.programs));

  const groups: [ConfigPath, GroupSpec][] = [];
  for (const [name, group] of Object.entries(config.groups ?? {})) {
    groups.push([["groups", name], buildGroup(context, known, name, group, environment)]);
  }
  for (const [name, program] of programs) {
    checkName(context, ["programs", name], name);
    if (!grouped.has(name))
      groups.push([["programs", name], buildAlone(context, "program", name, program, environment)]);
  }
  for (const [name, listener] of Object.entries(config.eventlisteners ?? {})) {
    checkName(context, ["eventlisteners", name], name);
    groups.push([["eventlisteners", name], buildListener(context, name, listener, environment)]);
  }
  for (const [name, listener] of Object.entries(config.listeners ?? {})) {
    checkName(context, ["listeners", name], name);
    const group = buildCodeListener(context, name, listener, environment);
    if (group !== null) groups.push([["listeners", name], group]);
  }
  for (const [name, program] of fcgiPrograms) {
    checkName(context, ["fcgiPrograms", name], name);
    if (!grouped.has(name))
      groups.push([["fcgiPrograms", name], buildAlone(context, "fcgi-program", name, program, environment)]);
  }
  checkGroupNames(context, groups);
  for (const [path, group] of groups) checkProcessNames(context, path, group);
  return groups.map(([, group]) => group).sort((a, b) => a.priority - b.priority || byCodePoint(a.name, b.name));
}

interface Known {
  readonly programs: ReadonlyMap<string, ProgramConfig>;
  readonly fcgiPrograms: ReadonlyMap<string, FcgiProgramConfig>;
}

function buildAlone(
  context: BuildContext,
  section: "program" | "fcgi-program",
  name: string,
  program: ProgramConfig | FcgiProgramConfig,
  environment: Environment,
): GroupSpec {
  const path = [section === "program" ? "programs" : "fcgiPrograms", name];
  const place: ProgramPlace = { path, section, name, group: name, environment };
  return {
    name,
    kind: section === "program" ? "program" : "fcgi",
    priority: program.priority ?? 999,
    processes: buildProcesses(context, place, program),
    listener: null,
    fcgi: section === "fcgi-program" ? buildFcgi(context, path, name, program as FcgiProgramConfig) : null,
  };
}

/** Members keep the order of the list: there is no sorting across programs. */
function buildGroup(
  context: BuildContext,
  known: Known,
  name: string,
  group: GroupConfig,
  environment: Environment,
): GroupSpec {
  const path = ["groups", name];
  checkName(context, path, name);
  const processes = group.programs.flatMap((member, index): readonly ProcessSpec[] => {
    const memberPath = [...path, "programs", index];
    const [program, fcgi] = [known.programs.get(member), known.fcgiPrograms.get(member)];
    if (program && fcgi) {
      context.problem(memberPath, `[group:${name}] name ${member} is ambiguous (exists as program and fcgi-program)`);
      return [];
    }
    const place = { name: member, group: name, environment };
    if (program) return buildProcesses(context, { ...place, path: ["programs", member], section: "program" }, program);
    if (fcgi)
      return buildProcesses(context, { ...place, path: ["fcgiPrograms", member], section: "fcgi-program" }, fcgi);
    const { hint } = didYouMean(member, [...known.programs.keys(), ...known.fcgiPrograms.keys()]);
    context.problem(memberPath, `[group:${name}] names unknown program or fcgi-program ${member}`, hint);
    return [];
  });
  const shared = sharedSocket(context, known, name, group);
  return {
    name,
    kind: shared === null ? "group" : "fcgi",
    priority: group.priority ?? 999,
    processes,
    listener: null,
    fcgi: shared && buildFcgi(context, ["fcgiPrograms", shared[0]], shared[0], shared[1]),
  };
}

/**
 * The fcgi-program whose socket a group has. Supervisor silently drops the socket of a grouped fcgi-program, so that it
 * runs without what it was written for. Here a group of one keeps it; in a mixed group, which has no one socket, it is
 * a mistake.
 */
function sharedSocket(
  context: BuildContext,
  known: Known,
  name: string,
  group: GroupConfig,
): readonly [string, FcgiProgramConfig] | null {
  for (const [index, member] of group.programs.entries()) {
    const fcgi = known.fcgiPrograms.get(member);
    if (!fcgi || known.programs.has(member)) continue;
    if (group.programs.length === 1) return [member, fcgi];
    const message = `[group:${name}] fcgi-program ${member} cannot share a group with other programs: its socket would be lost`;
    context.problem(
      ["groups", name, "programs", index],
      message,
      "leave it out of the group, or give it a group of its own",
    );
  }
  return null;
}

/** Supervisor lets one of two groups with the same name silently win, and calls it changed ever after. */
function checkGroupNames(context: BuildContext, groups: readonly [ConfigPath, GroupSpec][]): void {
  const first = new Map<string, ConfigPath>();
  for (const [path, group] of groups) {
    const other = first.get(group.name);
    if (other === undefined) first.set(group.name, path);
    else {
      const message = `${other.join(".")} and ${path.join(".")} are two groups with the same name`;
      context.problem(path, message, "rename one of them, or put the program into the group");
    }
  }
}

function checkProcessNames(context: BuildContext, path: ConfigPath, group: GroupSpec): void {
  const seen = new Map<string, ProcessSpec>();
  for (const process of group.processes) {
    const other = seen.get(process.name);
    if (other === undefined) seen.set(process.name, process);
    else {
      const programs = [...new Set([other.program, process.program])].join(" and ");
      const message = `group ${group.name} has two processes called ${process.name} (of ${programs})`;
      context.problem(
        path,
        message,
        "use %(program_name)s and %(process_num)02d in processName, and each program once",
      );
    }
  }
}
