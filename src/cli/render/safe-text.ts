import { neutralise } from "../../ctl/terminal-filter.ts";

/** Text from programs, made harmless if it goes to a terminal; pipes and files get it as it is. */
export function safeText(text: string, stream: { readonly isTTY?: boolean }): string {
  return stream.isTTY === true ? neutralise(text) : text;
}
