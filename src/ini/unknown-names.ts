import type { Problem } from "../model/problem.ts";
import { keysOf, sectionKind } from "./key-table.ts";
import type { IniTree } from "./merge-ini.ts";

/**
 * Sections and keys that nothing reads. Supervisor passes over them in silence, so that a typo means a default; files
 * that use foreign keys on purpose must still load, so these are warnings.
 */
export function unknownNames(tree: IniTree): Problem[] {
  const warnings: Problem[] = [];
  for (const section of tree.sections.values()) {
    const kind = sectionKind(section.name);
    if (kind === null) {
      const near = nearest(section.name, SECTIONS);
      warnings.push(warning(`unknown section [${section.name}] is ignored`, near && `[${near}]`, section.place));
      continue;
    }
    const known = keysOf(kind)?.map(({ key }) => key);
    if (!known) continue;
    for (const entry of section.entries.values()) {
      if (known.includes(entry.key)) continue;
      const message = `unknown key ${entry.key} in [${section.name}] is ignored`;
      warnings.push(warning(message, nearest(entry.key, known), entry.place));
    }
  }
  return warnings;
}

const SECTIONS =
  "supervisord supervisorctl include unix_http_server inet_http_server program: group: fcgi-program: eventlistener: rpcinterface: ctlplugin:".split(
    " ",
  );

function warning(message: string, near: string | undefined, place: Problem["place"]): Problem {
  return { message, ...(near && { hint: `did you mean ${near}?` }), ...(place && { place }) };
}

/** The known name that takes the fewest edits, if that is few enough to be a slip. For sections up to the colon. */
function nearest(found: string, known: readonly string[]): string | undefined {
  const colon = found.indexOf(":") + 1;
  const word = (colon > 0 ? found.slice(0, colon) : found).toLowerCase();
  const ranked = known
    .map((name) => ({ name, edits: editDistance(word, name) }))
    .filter(({ edits }) => edits <= Math.max(1, Math.floor(word.length / 4)))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0]?.name;
  return best?.endsWith(":") ? `${best}${found.slice(colon)}` : best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
