import type { StatusReport } from "../../protocol/api.ts";

/** What a daemon without programs waits for. */
export function nothingIn({ config }: StatusReport, sup: string): string {
  const next = config.watching ? "waiting for an edit" : `waiting for \`${sup} update\` after an edit`;
  return `there are no programs in ${config.file}; ${next}`;
}
