import { byCodePoint } from "../model/text/by-code-point.ts";
import type { Names } from "../model/text/layered-names.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import { formatPercent } from "../model/text/percent-format.ts";

export type Expanded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/**
 * `text % names` with Supervisor's messages.
 *
 * @param label how the value is called in messages, such as `program:web.command`.
 */
export function expandPercent(text: string, names: Names, label: string): Expanded {
  if (!text.includes("%")) return { ok: true, text };
  const result = formatPercent(text, names);
  if (result.ok) return result;
  const what = `Format string ${pythonRepr(text)} for ${pythonRepr(label)}`;
  if (result.kind === "bad-format") return { ok: false, message: `${what} is badly formatted: ${result.message}` };
  const available = [...names.keys()].sort(byCodePoint).join(", ");
  const key = pythonRepr(result.key);
  return {
    ok: false,
    message: `${what} contains names (${key}) which cannot be expanded. Available names: ${available}`,
  };
}

/** `ENV_X` for every variable. */
export function environmentNames(env: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[`ENV_${name}`, value]]));
}
