import type { PrintedOption, PrintedSection } from "./printed-section.ts";
import { Code, printValue } from "./print-value.ts";

const SHARED: ReadonlySet<string> = new Set([
  "directory",
  "user",
  "environment",
  "stdoutLogfile",
  "stderrLogfile",
  "command",
]);

/**
 * Replaces values that several programs have in common by constants, as a person would.
 *
 * Only whole values count, and only those whose repetition would be a nuisance to edit: folders, users, environments
 * and texts that are long.
 *
 * @returns the declarations, one each.
 */
export function shareConstants(sections: readonly PrintedSection[]): string[] {
  const uses = new Map<string, PrintedOption[]>();
  for (const option of sections.flatMap(({ options }) => options)) {
    if (!SHARED.has(option.name) || !worthSharing(option)) continue;
    const key = `${option.name} ${printValue(option.value)}`;
    uses.set(key, [...(uses.get(key) ?? []), option]);
  }
  const taken = new Set<string>();
  const declarations: string[] = [];
  for (const options of uses.values()) {
    const first = options[0];
    if (!first || options.length < 2) continue;
    const name = freeName(first.name, taken);
    declarations.push(`const ${name} = ${printValue(first.value)};`);
    for (const option of options) option.value = new Code(name);
  }
  return declarations;
}

function worthSharing({ name, value }: PrintedOption): boolean {
  if (value instanceof Code) return name === "directory" || name === "user" || value.source.length > 30;
  if (name === "environment") return Object.keys(value as object).length > 0;
  return typeof value === "string" && (name === "directory" || name === "user" || value.length > 30);
}

function freeName(stem: string, taken: Set<string>): string {
  let name = stem;
  for (let number = 2; taken.has(name); number += 1) name = `${stem}${number}`;
  taken.add(name);
  return name;
}
