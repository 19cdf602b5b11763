type NumberText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

export type NumberType = "d" | "i" | "u" | "o" | "x" | "X" | "e" | "E" | "f" | "F" | "g" | "G";

export function isNumberType(type: string): type is NumberType {
  return type.length === 1 && "diuoxXeEfFgG".includes(type);
}

/** The numeric conversions of Python's `%`-formatting for whole numbers. `null` stands for the mapping itself. */
export function convertNumber(type: NumberType, value: FormatValue | null, layout: FormatLayout): NumberText {
  if (typeof value !== "number") {
    return { ok: false, message: refusal(type, value === null ? "dict" : "str") };
  }
  const digits = BigInt(Math.abs(Math.trunc(value)));
  const sign = value < 0 ? "-" : layout.sign ? "+" : layout.blank ? " " : "";
  const [prefix, body] = magnitude(type, digits, layout);
  const missing = Math.max(0, layout.width - sign.length - prefix.length - body.length);
  if (layout.left) return { ok: true, text: sign + prefix + body + " ".repeat(missing) };
  if (layout.zero) return { ok: true, text: sign + prefix + "0".repeat(missing) + body };
  return { ok: true, text: " ".repeat(missing) + sign + prefix + body };
}

/** The parsed part of a specifier between key and type; `-1` where nothing was written. */
export interface FormatLayout {
  readonly left: boolean;
  readonly sign: boolean;
  readonly blank: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number;
}

/** One value of the mapping. Numbers are whole, as every number Supervisor offers is. */
export type FormatValue = string | number;

function refusal(type: NumberType, found: "dict" | "str"): string {
  switch (type) {
    case "d":
    case "i":
    case "u":
      return `%${type} format: a real number is required, not ${found}`;
    case "o":
    case "x":
    case "X":
      return `%${type} format: an integer is required, not ${found}`;
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G":
      return `must be real number, not ${found}`;
  }
}

/** Base prefix and digits, without the sign. */
function magnitude(type: NumberType, digits: bigint, layout: FormatLayout): readonly [string, string] {
  const { alternate, precision } = layout;
  const integer = (base: 8 | 10 | 16) => digits.toString(base).padStart(precision, "0");
  const places = precision < 0 ? 6 : precision;
  switch (type) {
    case "d":
    case "i":
    case "u":
      return ["", integer(10)];
    case "o":
      return [alternate ? "0o" : "", integer(8)];
    case "x":
      return [alternate ? "0x" : "", integer(16)];
    case "X":
      return [alternate ? "0X" : "", integer(16).toUpperCase()];
    case "f":
    case "F":
      return ["", digits.toString() + fraction("0".repeat(places), alternate)];
    case "e":
      return ["", scientific(digits, places, alternate)];
    case "E":
      return ["", scientific(digits, places, alternate).toUpperCase()];
    case "g":
      return ["", general(digits, places, alternate)];
    case "G":
      return ["", general(digits, places, alternate).toUpperCase()];
  }
}

function fraction(digits: string, keepPoint: boolean): string {
  return digits === "" ? (keepPoint ? "." : "") : `.${digits}`;
}

/** The first `count` significant digits and the power of ten of the first; ties round to the even digit, as C does. */
function significant(digits: bigint, count: number): { readonly text: string; readonly exponent: number } {
  const all = digits.toString();
  if (all.length <= count) return { text: all.padEnd(count, "0"), exponent: all.length - 1 };
  const unit = 10n ** BigInt(all.length - count);
  let kept = digits / unit;
  const rest = (digits % unit) * 2n;
  if (rest > unit || (rest === unit && kept % 2n === 1n)) kept += 1n;
  const text = kept.toString();
  // 9.99 rounded up to 10.0 has one digit more than asked for.
  return { text: text.slice(0, count), exponent: all.length - 1 + (text.length - count) };
}

function scientific(digits: bigint, places: number, alternate: boolean): string {
  const { text, exponent } = significant(digits, places + 1);
  return text.slice(0, 1) + fraction(text.slice(1), alternate) + exponentText(exponent);
}

function exponentText(exponent: number): string {
  return `e+${String(exponent).padStart(2, "0")}`;
}

function general(digits: bigint, places: number, alternate: boolean): string {
  const count = Math.max(1, places);
  const { text, exponent } = significant(digits, count);
  const whole = exponent < count ? exponent + 1 : 1;
  const tail = alternate ? text.slice(whole) : text.slice(whole).replace(/0+$/, "");
  return text.slice(0, whole) + fraction(tail, alternate) + (exponent < count ? "" : exponentText(exponent));
}
