/** Text that is HTML already: it is put into a page as it stands. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Part = string | number | Html | null | readonly Html[];

/**
 * A template whose parts are escaped, unless they are HTML themselves: what programs and users call their things can never
 * become markup, in text and in quoted attributes alike. `null` is nothing.
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let out = texts[0] ?? "";
  parts.forEach((part, index) => {
    out += rendered(part) + (texts[index + 1] ?? "");
  });
  return new Html(out);
}

export function escapeHtml(text: string): string {
  // A control character other than white space is not allowed in HTML; U+FFFD shows that something was there.
  return text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? "").replaceAll(CONTROLS, "\uFFFD");
}

function rendered(part: Part): string {
  if (part === null) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map((one) => one.text).join("");
  return escapeHtml(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const CONTROLS = new RegExp("[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F]", "g");
