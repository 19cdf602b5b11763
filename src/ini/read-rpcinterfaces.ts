import type { Reading } from "./section-reader.ts";
import { readSection, remember } from "./section-reader.ts";

const FACTORY = "supervisor.rpcinterface_factory";
const SUPERVISORS_OWN = "supervisor.rpcinterface:make_main_rpcinterface";

/**
 * Names of the `[rpcinterface:x]` sections. A factory is Python code; the only one that exists here is Supervisor's own,
 * so any other is what it would be for Supervisor without that package: an error.
 */
export function readRpcinterfaces(reading: Reading): string[] {
  const names: string[] = [];
  for (const section of reading.tree.sections.values()) {
    if (!section.name.startsWith("rpcinterface:")) continue;
    const reader = readSection(reading, section.name);
    if (!reader.has(FACTORY)) {
      reader.problem(`section [${section.name}] does not specify a ${FACTORY}`);
      continue;
    }
    const factory = reader.text(FACTORY, new Map());
    if (factory !== undefined && factory !== SUPERVISORS_OWN) {
      const hint = "interfaces are Python code, which sup cannot run; remove the section";
      reader.problem(`${factory} cannot be resolved within [${section.name}]`, FACTORY, hint);
    }
    for (const key of new Set([...section.entries.keys(), ...reading.tree.defaults.keys()])) {
      if (key !== FACTORY) reader.text(key, new Map());
    }
    const name = section.name.slice("rpcinterface:".length);
    remember(reading, ["rpcinterface", name], section.place);
    names.push(name);
  }
  return names;
}
