import { neutralise } from "../../ctl/terminal-filter.ts";

/** Text from programs, made harmless if it goes to a terminal; pipes and files get it as it is. */
export function safeText(text: string, stream: { readonly isTTY?: boolean }): string {
  return stream.isTTY === true ? neutralise(text) : text;
}

/**
 * Makes everything harmless that is written as text to a terminal from now on, whoever writes it: names, errors and JSON hold
 * what programs and configs say, too. Bytes pass: only `--raw` writes those.
 */
export function guardTerminal(stream: NodeJS.WriteStream): void {
  if (stream.isTTY !== true) return;
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]): boolean =>
    write(typeof chunk === "string" ? neutralise(chunk) : chunk, ...rest);
}
