import * as z from "zod";
import type { Apply } from "../plan/apply.ts";
import type { Signal } from "../config.ts";
import { BYTES, DURATION, MODE, signalNames, signalNumbers } from "../values.ts";

declare module "zod" {
  interface GlobalMeta {
    /** How a changed value comes into force. */
    apply?: Apply;
    /** The type as it is written in `config.ts`. */
    ts?: string;
    /** What is done if the option is left out, in words. */
    fallback?: string;
    /** A value as it would be written in TypeScript. */
    sample?: string;
    /** What the JSON schema says of it instead: editors are stricter than we, who take other spellings too. */
    editors?: Readonly<Record<string, unknown>>;
  }
}

/** What is said about an option, once, for the types, the reference and the JSON schema. */
export interface OptionText {
  /** One sentence, with the unit. */
  readonly about: string;
  /** The type as it is written in `config.ts`. */
  readonly ts: string;
  /** What leaving it out means. */
  readonly fallback?: string;
  readonly sample?: string;
  readonly apply: Apply;
}

/** An option that may be left out. */
export function option<T extends z.ZodType>(schema: T, text: OptionText): z.ZodOptional<T> {
  return schema.optional().meta(metaOf(text));
}

/** An option that has to be there. */
export function required<T extends z.ZodType>(schema: T, text: OptionText): T {
  return schema.meta(metaOf(text));
}

function metaOf({ about, fallback, sample, ...rest }: OptionText) {
  const described = { description: about, ...rest };
  return { ...described, ...(fallback !== undefined && { fallback }), ...(sample !== undefined && { sample }) };
}

export type DurationText = `${number}${"ms" | "s" | "m" | "h"}`;
export type BytesText = `${number}${"KB" | "MB" | "GB" | "kb" | "mb" | "gb"}`;

// The error of each value completes the sentence "<option> must be ...". It is given to every part of a union, because
// zod reports the part alone when only a limit of it was missed.

const matching = <T extends string>(pattern: RegExp, error: string) =>
  z.string().regex(pattern, { error }) as unknown as z.ZodType<T, T>;

/** A whole number between two limits. */
export const between = (lowest: number, highest: number, error: string) =>
  z.int({ error }).min(lowest, { error }).max(highest, { error });

const COUNT = "a whole number, 0 or more";
const SECONDS = 'a number of seconds, or text such as "500ms", "10s", "2m" or "1h"';
const SOME_SECONDS = 'a number of seconds above 0, or text such as "500ms", "10s" or "2m"';
const SIZE = 'a number of bytes, or text such as "100KB", "50MB" or "1GB"';
const OCTAL = 'octal permissions such as "022" or 0o22';
const USER = "a user name or a uid";

export const text = z.string({ error: "text" }).regex(/^[^\0]*$/, { error: "text without NUL characters" });
export const flag = z.boolean({ error: "true or false" });
export const wholeNumber = z.int({ error: "a whole number" });
export const count = z.int({ error: COUNT }).nonnegative({ error: COUNT });
export const duration = z.union(
  [z.number().nonnegative({ error: SECONDS }), matching<DurationText>(DURATION, SECONDS)],
  { error: SECONDS },
);
export const positiveDuration = z.union(
  [z.number().positive({ error: SOME_SECONDS }), matching<DurationText>(DURATION, SOME_SECONDS)],
  { error: SOME_SECONDS },
);
export const bytes = z.union([z.int().nonnegative({ error: SIZE }), matching<BytesText>(BYTES, SIZE)], { error: SIZE });
export const mode = z.union([between(0, 0o7777, OCTAL), z.string().regex(MODE, { error: OCTAL })], { error: OCTAL });
/** Whether there is such a signal is found when the variables in it are known, and told with what was meant. */
export const signal = z.union([text, z.int()], { error: 'a signal name such as "TERM", or its number' }).meta({
  editors: { anyOf: [{ enum: signalSpellings() }, { type: "string", pattern: "%\\(" }] },
}) as unknown as z.ZodType<Signal, Signal>;
export const user = z.union([text, z.int().nonnegative({ error: USER })], { error: USER });
export const environment = z.record(
  z.string().regex(/^[^=\0]+$/),
  z.union([text, z.number(), z.boolean()], { error: "text, a number, true or false" }),
  { error: "an object of variables" },
);

function signalSpellings(): readonly (string | number)[] {
  return [...signalNames(), ...signalNames().map((name) => `SIG${name}`), ...signalNumbers()];
}
