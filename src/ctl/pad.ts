/** A text with blanks behind it, up to so many characters (not UTF-16 units). */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - characters(text)));
}

export function characters(text: string): number {
  return Array.from(text).length;
}
