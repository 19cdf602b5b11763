import type { Utf8Text } from "./utf8-text.ts";

/**
 * What a decoded document holds. Structs are Maps, so that a member called `__proto__` is only a key; `null` is `<nil/>`.
 */
export type Decoded =
  | null
  | boolean
  | number
  | string
  | ShownNumber
  | DateTimeText
  | readonly Decoded[]
  | ReadonlyMap<string, Decoded>;

/** A number that Python shows otherwise than JavaScript: `1.0`, or an integer too large to be exact. Listeners get the text. */
export interface ShownNumber {
  readonly number: number;
  readonly text: string;
}

/** A `<dateTime.iso8601>`. No method takes one; it is kept apart so that it is refused instead of read as a name. */
export interface DateTimeText {
  readonly dateTime: string;
}

/** What can be written. Absent values do not exist on this wire: they are `""` or `"none"`. */
export type Encodable =
  | Utf8Text
  | boolean
  | number
  | string
  | readonly Encodable[]
  | ReadonlyMap<string, Encodable>
  | { readonly [member: string]: Encodable };

export function isDateTime(value: Decoded): value is DateTimeText {
  return typeof value === "object" && value !== null && "dateTime" in value;
}

export function isShownNumber(value: Decoded): value is ShownNumber {
  return typeof value === "object" && value !== null && "number" in value;
}

export function isArray(value: Decoded): value is readonly Decoded[] {
  return Array.isArray(value);
}

export function isStruct(value: Decoded): value is ReadonlyMap<string, Decoded> {
  return value instanceof Map;
}
