import { pythonRepr } from "../model/text/python-repr.ts";
import type { Names } from "../model/text/layered-names.ts";
import { FCGI_KEYS, LISTENER_KEYS, PROCESS_KEYS, PROGRAM_KEYS, optionName } from "./key-table.ts";
import type { Options } from "./read-program.ts";
import { readOption, readProgram } from "./read-program.ts";
import type { Reading, SectionReader } from "./section-reader.ts";
import { readSection, remember } from "./section-reader.ts";
import { readFcgiOptions, readListenerOptions } from "./read-special.ts";
import { toInteger, toList, toName } from "./value-types.ts";

/** The parts of a config object that describe programs. */
export interface ReadGroups {
  readonly programs: Record<string, Options>;
  readonly groups: Record<string, Options>;
  readonly fcgiPrograms: Record<string, Options>;
  readonly eventlisteners: Record<string, Options>;
}

type Part = keyof ReadGroups;

/**
 * Reads groups with the programs they name, then the programs outside groups, then event listeners, then
 * fcgi-programs: Supervisor's order, which decides whose mistake is reported first.
 */
export function readGroups(reading: Reading): ReadGroups {
  // Without a prototype, so that a program may be called `constructor` or `__proto__`.
  const part = (): Record<string, Options> => Object.create(null) as Record<string, Options>;
  const out: ReadGroups = { programs: part(), groups: part(), fcgiPrograms: part(), eventlisteners: part() };
  const grouped = new Set<string>();
  for (const section of sectionsOf(reading, "group:")) readGroup(reading, section, out, grouped);
  for (const section of sectionsOf(reading, "program:")) {
    if (!grouped.has(section)) readAlone(reading, section, out, "programs", () => {});
  }
  for (const section of sectionsOf(reading, "eventlistener:")) readListener(reading, section, out);
  for (const section of sectionsOf(reading, "fcgi-program:")) {
    if (!grouped.has(section)) readAlone(reading, section, out, "fcgiPrograms", readFcgiOptions);
  }
  return out;
}

function readGroup(reading: Reading, section: string, out: ReadGroups, grouped: Set<string>): void {
  const reader = readSection(reading, section);
  const name = toName(afterColon(section));
  if (!name.ok) return reader.problem(name.message);
  const names = hereOnly(reading);
  const options: Options = { programs: toList(reader.text("programs", names) ?? "") };
  const priority = reader.convert("priority", "integer", names, toInteger);
  if (priority !== undefined) options["priority"] = priority;
  // Supervisor reuses one variable for the group's section and its members': from the second unknown name on, the
  // message shows the member read before.
  let shown = section;
  for (const member of options["programs"] as string[]) {
    const [program, fcgi] = [`program:${member}`, `fcgi-program:${member}`];
    const [isProgram, isFcgi] = [reading.tree.sections.has(program), reading.tree.sections.has(fcgi)];
    if (!isProgram && !isFcgi) {
      if (reading.isFragment) continue;
      reader.problem(`[${shown}] names unknown program or fcgi-program ${member}`, "programs");
      continue;
    }
    if (isProgram && isFcgi) {
      reader.problem(`[${shown}] name ${member} is ambiguous (exists as program and fcgi-program)`, "programs");
      continue;
    }
    shown = isProgram ? program : fcgi;
    grouped.add(shown);
    const read = readProgram(reading, shown, name.value);
    if (!read) continue;
    // Inside a group Supervisor runs it as an ordinary program and never reads its socket. So is it here, but not
    // without a word.
    if (isFcgi) {
      const message = `[${shown}] runs without its socket, as an ordinary program, because [${section}] names it`;
      const at = reading.tree.sections.get(shown)?.place;
      reading.warnings.push({ message, hint: "take it out of the group", ...(at && { place: at }) });
    }
    place(reading, out, "programs", read.name, shown, read.options);
  }
  place(reading, out, "groups", name.value, section, options);
}

function readAlone(
  reading: Reading,
  section: string,
  out: ReadGroups,
  part: Part,
  readOwn: (reading: Reading, reader: SectionReader, options: Options) => void,
): void {
  const reader = readSection(reading, section);
  const name = toName(afterColon(section));
  if (!name.ok) return reader.problem(name.message);
  const own: Options = {};
  readOption(reader, { key: "priority", type: "integer" }, hereOnly(reading), own);
  readOwn(reading, reader, own);
  const read = readProgram(reading, section, name.value);
  if (read) place(reading, out, part, name.value, section, { ...read.options, ...own });
}

function readListener(reading: Reading, section: string, out: ReadGroups): void {
  const reader = readSection(reading, section);
  const own: Options = {};
  readListenerOptions(reading, reader, own);
  const read = readProgram(reading, section, afterColon(section));
  if (!read) return;
  const options = { ...read.options, ...own };
  delete options["redirectStderr"];
  place(reading, out, "eventlisteners", read.name, section, options);
}

/** Puts what was read into the config, once. */
function place(reading: Reading, out: ReadGroups, part: Part, name: string, section: string, options: Options): void {
  const known = out[part][name];
  const reader = readSection(reading, section);
  if (known && JSON.stringify(known) !== JSON.stringify(options)) {
    const message = `[${section}] and another section or group describe ${pythonRepr(name)} differently`;
    reader.problem(message, undefined, "give one of them another name");
    return;
  }
  out[part][name] = options;
  reading.sections.set(JSON.stringify([part, name]), section);
  remember(reading, [part, name], reading.tree.sections.get(section)?.place);
  for (const key of PLACED_KEYS) {
    const entry = reader.entry(key);
    if (entry !== undefined) remember(reading, [part, name, optionName(key)], entry.place);
  }
}

const PLACED_KEYS: readonly string[] = [
  ...[...PROGRAM_KEYS, ...PROCESS_KEYS, ...FCGI_KEYS, ...LISTENER_KEYS].map(({ key }) => key),
  "process_name",
  "environment",
  "programs",
];

function sectionsOf(reading: Reading, prefix: string): string[] {
  return [...reading.tree.sections.keys()].filter((section) => section.startsWith(prefix));
}

function afterColon(section: string): string {
  return section.slice(section.indexOf(":") + 1);
}

function hereOnly(reading: Reading): Names {
  return new Map([["here", reading.world.here]]);
}
