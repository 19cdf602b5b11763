import { isArray, isDateTime, isShownNumber, isStruct, type Decoded } from "../protocol/xml-rpc-value.ts";

/** A decoded value with records instead of Maps. Records have no prototype, so a member named `__proto__` is only a key. */
export function plainValue(value: Decoded): unknown {
  if (value === null || typeof value !== "object") return value;
  if (isArray(value)) return value.map(plainValue);
  if (isStruct(value)) {
    const record = Object.create(null) as Record<string, unknown>;
    for (const [name, member] of value) record[name] = plainValue(member);
    return record;
  }
  if (isShownNumber(value)) return value.number;
  return isDateTime(value) ? value.dateTime : null;
}
