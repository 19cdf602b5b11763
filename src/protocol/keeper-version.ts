/**
 * Keepers live as long as any program, so a supervisor meets keepers of other versions: an older one after an upgrade, a newer
 * one after going back. Each side says which protocols it speaks; the newest that both do is spoken.
 *
 * 1: the first. 2: `superviseWith`, `processes`; the keeper says its version.
 */
export const KEEPER_PROTOCOL = 2;

/** The oldest protocol that this version still speaks. */
const OLDEST_PROTOCOL = 1;

/** What a side says of itself. Protocol 1 had no `oldest`: it spoke itself alone. */
export interface Spoken {
  readonly protocol: number;
  readonly oldest?: number;
}

/** The protocol that both speak; `null` if there is none. */
export function commonProtocol(theirs: Spoken, ours: Spoken = OURS): number | null {
  const common = Math.min(theirs.protocol, ours.protocol);
  return common >= Math.max(theirs.oldest ?? theirs.protocol, ours.oldest ?? ours.protocol) ? common : null;
}

export const OURS: Spoken = { protocol: KEEPER_PROTOCOL, oldest: OLDEST_PROTOCOL };
