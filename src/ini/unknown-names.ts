import type { Problem } from "../model/problem.ts";
import { closest } from "../model/text/suggest.ts";
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

/** The known name that was probably meant; for sections up to the colon. */
function nearest(found: string, known: readonly string[]): string | undefined {
  const colon = found.indexOf(":") + 1;
  const best = closest(colon > 0 ? found.slice(0, colon) : found, known);
  return best?.endsWith(":") ? `${best}${found.slice(colon)}` : (best ?? undefined);
}
