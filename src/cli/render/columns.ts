import { displayWidth } from "./display-width.ts";

/** Columns that a text takes on a terminal: a Chinese character or an emoji takes two, a combining accent none. */
export function columnsOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : displayWidth(text);
}

/** The columns of the longest; 0 for none. */
export function mostColumns(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(columnsOf));
}

/** With spaces behind it, up to so many columns. */
export function padColumns(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
