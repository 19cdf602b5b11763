/**
 * Theory. The dialect is the one of Python 3's `RawConfigParser(strict=False, inline_comment_prefixes=(";", "#"))`,
 * read line by line. Each physical line goes through the same six questions in the same order: is there an inline
 * comment, is it all comment, is it blank, is it a continuation of the open key, a section header, a key? The order is
 * what makes the known surprises (a ` ;` inside quotes cuts the value, an over-indented key is swallowed, a blank line
 * does not end a value), and files in the field depend on them, so it is kept to the letter.
 *
 * Nothing is merged here: every header and every key is kept as it occurred, with its place, because messages,
 * duplicate warnings and the TypeScript printer all need to know where a thing was written.
 *
 * Stricter than Supervisor in two respects. A line that begins with `[` in column 0 but is no header (`[program:b`) is an
 * error: Supervisor reads it as a key of the section before (`[program` = `b`), so that forgetting one bracket makes
 * the next reread remove program b and start its neighbour with b's command. And so is a NUL.
 */
import { pythonRepr } from "../model/text/python-repr.ts";
import type { Place, Problem } from "../model/problem.ts";
import { indentOf, isSpace, strip, stripEnd } from "./python-text.ts";

/** One file as it was written. */
export interface IniDocument {
  /** As given to {@link parseIni}. */
  readonly file: string;
  /** What messages call it. */
  readonly shown: string;
  /** Every header in file order; a repeated header is a section of its own here. */
  readonly sections: readonly IniSection[];
  /** Every comment, whole-line and inline, in file order. */
  readonly comments: readonly IniComment[];
  readonly lineCount: number;
}

export interface IniSection {
  /** Text between the brackets: case-sensitive and not trimmed. */
  readonly name: string;
  readonly place: Place;
  readonly entries: readonly IniEntry[];
}

export interface IniEntry {
  /** Lower-cased. */
  readonly key: string;
  readonly place: Place;
  /** The parts joined with newlines, trailing blanks removed. */
  readonly value: string;
  /** One part for each physical line that contributed. An empty part is a blank line. */
  readonly parts: readonly { readonly text: string; readonly place: Place }[];
}

export interface IniComment {
  /** From the `;` or `#` on. */
  readonly text: string;
  readonly place: Place;
  /** It follows something on its line. */
  readonly inline: boolean;
}

export type IniResult =
  | { readonly ok: true; readonly document: IniDocument }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Parses the text of one file.
 *
 * @param text decoded, with a byte order mark still in it: Supervisor refuses one, and so must this.
 * @param file absolute path; goes into places.
 * @param shown what Supervisor's messages call it: the path as it was typed.
 */
export function parseIni(text: string, file: string, shown: string = file): IniResult {
  const sections: OpenSection[] = [];
  const comments: IniComment[] = [];
  const faults: { line: number; column: number; raw: string }[] = [];
  const lines = physicalLines(text);
  let section: OpenSection | undefined;
  let entry: OpenEntry | undefined;
  let indent = 0;

  for (let line = 1; line <= lines.length; line += 1) {
    const raw = lines[line - 1] ?? "";
    const plain = section && PLAIN.exec(raw);
    if (section && plain) {
      const [, key = "", assignment = "", text = ""] = plain;
      const valuePlace: Place = { file, line, column: key.length + assignment.length + 1 };
      entry = { key: key.toLowerCase(), place: { file, line, column: 1 }, parts: [{ text, place: valuePlace }] };
      section.entries.push(entry);
      indent = 0;
      continue;
    }
    const column = indentOf(raw);
    const place: Place = { file, line, column: column + 1 };
    const commentStart = findComment(raw);
    const content = strip(commentStart === null ? raw : raw.slice(0, commentStart));

    if (commentStart !== null) {
      const start = content === "" ? column : commentStart;
      const comment = { text: stripEnd(raw.slice(start)), place: { file, line, column: start + 1 } };
      comments.push({ ...comment, inline: content !== "" });
    }
    if (content === "") {
      // A comment adds nothing to an open value; a blank line adds an empty line, and neither of them ends it.
      if (commentStart === null) entry?.parts.push({ text: "", place });
      continue;
    }
    if (entry && column > indent) {
      entry.parts.push({ text: content, place });
      continue;
    }
    indent = column;
    const header = /^\[(.+)\]/s.exec(content)?.[1];
    if (header !== undefined) {
      section = { name: header, place, entries: [] };
      sections.push(section);
      entry = undefined;
      continue;
    }
    if (!section) return { ok: false, problem: noHeader({ file, line, column: column + 1 }, shown, raw, text) };
    const split = /^(.*?)[=:](.*)$/s.exec(content);
    const key = split ? stripEnd(split[1] ?? "").toLowerCase() : "";
    if (raw.startsWith("[") && key !== "") return { ok: false, problem: brokenHeader(place, content) };
    if (!split || key === "") {
      faults.push({ line, column, raw });
      // `= value` opens no key that lines could continue; a bare word leaves the key before it open.
      if (split) entry = undefined;
      continue;
    }
    const value = split[2] ?? "";
    const valueColumn = raw.indexOf(content) + content.length - value.length + indentOf(value);
    entry = { key, place, parts: [{ text: strip(value), place: { file, line, column: valueColumn + 1 } }] };
    section.entries.push(entry);
  }
  if (text.includes("\0")) {
    const nul = lines.findIndex((line) => line.includes("\0"));
    return { ok: false, problem: noText(file, nul + 1, lines[nul] ?? "") };
  }
  if (faults.length > 0) return { ok: false, problem: badLines(file, shown, faults) };
  return {
    ok: true,
    document: { file, shown, sections: sections.map(closeSection), comments, lineCount: lines.length },
  };
}

/**
 * A line as nearly all are, `key=value` in column 0: the six questions need not be asked, since nothing on it can be a comment, a
 * blank at either end, a bracket or a continuation. Half of the time of a short `supervisorctl` went into them.
 */
const PLAIN = /^([\w.-]+)( ?[=:] ?)([!"$-:<-~](?:[^;#\r\n]*[!"$-:<-~])?)\n?$/;

interface OpenSection {
  name: string;
  place: Place;
  entries: OpenEntry[];
}
interface OpenEntry {
  key: string;
  place: Place;
  parts: { text: string; place: Place }[];
}

function closeSection(section: OpenSection): IniSection {
  return { ...section, entries: section.entries.map(closeEntry) };
}

function closeEntry({ key, place, parts }: OpenEntry): IniEntry {
  const [only] = parts;
  if (only && parts.length === 1) return { key, place, parts, value: only.text };
  const kept = parts.slice(0, parts.findLastIndex((part, index) => index === 0 || part.text !== "") + 1);
  return { key, place, parts: kept, value: stripEnd(parts.map((part) => part.text).join("\n")) };
}

/** Lines with their `\n`, as text mode hands them out: CRLF and a lone CR are line ends too. */
function physicalLines(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.pop() ?? "";
  const complete = lines.map((line) => `${line}\n`);
  return last === "" ? complete : [...complete, last];
}

/**
 * Where a comment begins, or `null`. A prefix counts in column 0 and after a blank.
 *
 * Both prefixes advance one occurrence per round and the first round that finds one decides, so in `a;b;c ;d #e` the
 * `#` wins over the earlier ` ;`. That is how the original searches.
 */
function findComment(raw: string): number | null {
  // Nearly every line is done here.
  if (!raw.includes(";") && !raw.includes("#")) return null;
  const first = raw[indentOf(raw)];
  if (first === "#" || first === ";") return 0;
  let positions = [";", "#"].map((prefix) => ({ prefix, at: -1 }));
  while (positions.length > 0) {
    positions = positions
      .map(({ prefix, at }) => ({ prefix, at: raw.indexOf(prefix, at + 1) }))
      .filter(({ at }) => at !== -1);
    const hits = positions.map(({ at }) => at).filter((at) => at === 0 || isSpace(raw[at - 1]));
    if (hits.length > 0) return Math.min(...hits);
  }
  return null;
}

function noHeader(place: Place, shown: string, raw: string, text: string): Problem {
  const where = `file: ${pythonRepr(shown)}, line: ${place.line}`;
  const message = `File contains no section headers.\n${where}\n${pythonRepr(raw)}`;
  const hint = text.startsWith("\ufeff")
    ? "the file begins with a UTF-8 byte order mark: save it without one"
    : "every line that is not a comment belongs below a header such as [supervisord]";
  return { message, hint, place };
}

function brokenHeader(place: Place, content: string): Problem {
  return {
    message: `line ${place.line} begins with "[" but is no section header: ${pythonRepr(content)}`,
    hint: 'close it with "]"; a key that begins with "[" is not possible',
    place,
  };
}

/** No command line, path or variable can hold one; Supervisor finds out when it starts the program. */
function noText(file: string, line: number, raw: string): Problem {
  return { message: `line ${line} contains a NUL character`, place: { file, line, column: raw.indexOf("\0") + 1 } };
}

function badLines(
  file: string,
  shown: string,
  faults: readonly { line: number; column: number; raw: string }[],
): Problem {
  const list = faults.map(({ line, raw }) => `\n\t[line ${String(line).padStart(2)}]: ${pythonRepr(raw)}`);
  const place = { file, line: faults[0]?.line ?? 1, column: (faults[0]?.column ?? 0) + 1 };
  return {
    message: `Source contains parsing errors: ${pythonRepr(shown)}${list.join("")}`,
    hint: 'every line needs the form "key = value"; continuation lines are indented',
    place,
  };
}
