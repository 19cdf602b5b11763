import { InvalidArgumentError } from "commander";

// What options of `sup` take. Each throws commander's InvalidArgumentError, which names the option.

/** The longest that a timer of Node can be set to, in whole seconds: almost 25 days. A longer one would be over at once. */
const LONGEST = 2_147_483;

/** "90", "90s", "2m", "1h" or "500ms" in seconds, `LONGEST` at most. */
export function seconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError("expected a time such as 90, 90s or 2m");
  const factors = { ms: 0.001, s: 1, m: 60, h: 3600 };
  return Math.min(Number(match[1]) * factors[(match[2] ?? "s") as keyof typeof factors], LONGEST);
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError("expected a whole number");
  return Number(text);
}

export function outputFormat(text: string): "prefixed" | "json" {
  if (text !== "prefixed" && text !== "json") throw new InvalidArgumentError("expected prefixed or json");
  return text;
}

export function mode(text: string): "development" | "production" {
  if (text !== "development" && text !== "production")
    throw new InvalidArgumentError("expected development or production");
  return text;
}
