/** A process or a whole group, named in one string. `process: null` means the whole group. */
export interface Namespec {
  readonly group: string;
  readonly process: string | null;
}

/**
 * `foo` is process `foo` of group `foo`; `g:p` one member; `g:*` and `g:` the whole group. The first colon splits, and
 * there is no other globbing: `g:w*` is a literal process name. Never fails; an empty text names nothing that exists.
 */
export function parseNamespec(text: string): Namespec {
  const colon = text.indexOf(":");
  if (colon === -1) return { group: text, process: text };
  const member = text.slice(colon + 1);
  return { group: text.slice(0, colon), process: member === "" || member === "*" ? null : member };
}
