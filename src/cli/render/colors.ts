import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Styles text for one output: only for a terminal that can show it, never under NO_COLOR, always under FORCE_COLOR. */
export function styler(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): (format: Format, text: string) => string {
  const can = stream.isTTY === true && env["TERM"] !== "dumb" && !env["NO_COLOR"];
  const on = env["FORCE_COLOR"] ? env["FORCE_COLOR"] !== "0" : can;
  // Node's own detection is told not to look: it would look at process.stdout, whichever stream this is for.
  return on ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}

const NAME_COLORS = [
  "cyan",
  "yellow",
  "green",
  "magenta",
  "blue",
  "cyanBright",
  "yellowBright",
  "greenBright",
  "magentaBright",
  "blueBright",
] as const;

/** The same colour for the same name in every run. */
export function colorOf(name: string): (typeof NAME_COLORS)[number] {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return NAME_COLORS[hash % NAME_COLORS.length] as (typeof NAME_COLORS)[number];
}
