import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIni } from "../../src/ini/parse-ini.ts";
import type { IniDocument } from "../../src/ini/parse-ini.ts";

const FILE = "/etc/s.conf";

function parsed(text: string): IniDocument {
  const result = parseIni(text, FILE);
  if (!result.ok) throw new Error(result.problem.message);
  return result.document;
}

function values(text: string): Record<string, Record<string, string>> {
  return Object.fromEntries(
    parsed(text).sections.map(({ name, entries }) => [
      name,
      Object.fromEntries(entries.map(({ key, value }) => [key, value])),
    ]),
  );
}

function failure(text: string): string {
  const result = parseIni(text, FILE);
  return result.ok ? "no failure" : result.problem.message;
}

describe("values", () => {
  const table: [title: string, lines: string, value: string][] = [
    ["a semicolon without a blank before it stays", "k=a;b", "a;b"],
    ["a hash without a blank before it stays", "k=a#b", "a#b"],
    ["a semicolon after a blank begins a comment", "k=a ;b", "a"],
    ["only a prefix after a blank counts", "k=a#1;2 #3 ;4", "a#1;2"],
    ["a comment cuts even inside quotes", "k=bash -c 'a ; b'", "bash -c 'a"],
    ["both prefixes advance together, so a later hash can win", "k=b;c;d ;e #f", "b;c;d ;e"],
    ["a tab counts as a blank", "k=a\t; note", "a"],
    ["a colon separates too", "k: v=w", "v=w"],
    ["the first separator decides", "k=v:w", "v:w"],
    ["blanks around the separator go", "k  =   v  ", "v"],
    ["an empty value is a value", "k=", ""],
    ["quotes stay", 'k="v"', '"v"'],
    ["an indented line continues the value", "k=a\n  b", "a\nb"],
    ["a blank line does not end a value", "k=/x a\n\n  b", "/x a\n\nb"],
    ["blank lines at the end are trimmed", "k=a\n\n\n", "a"],
    ["a comment line adds nothing and ends nothing", "k=a\n; note\n  b", "a\nb"],
    ["an indented comment line adds nothing", "k=a\n  # note\n  b", "a\nb"],
    ["a more indented key is swallowed", "k=x\n  startsecs=3", "x\nstartsecs=3"],
    ["a more indented header is swallowed", "k=x\n  [program:b]", "x\n[program:b]"],
    ["a continuation of an empty value begins with a newline", "k=\n  a", "\na"],
    ["CRLF ends a line", "k=v\r\n  w\r\n", "v\nw"],
    ["a lone CR ends a line", "k=v\r  w", "v\nw"],
    ["the last of equal keys wins", "k=1\nk=2", "2"],
    ["unicode blanks are blanks", "k=\u00a0v\u3000", "v"],
  ];
  it.each(table)("%s", (_, lines, value) => {
    expect(values(`[s]\n${lines}`)).toEqual({ s: { k: value } });
  });

  it("reads a key that is no more indented than the one before as a key of its own", () => {
    expect(values("[s]\n  a=1\n b=2\n c=3")).toEqual({ s: { a: "1", b: "2", c: "3" } });
  });

  it("lower-cases keys and trims them on the right", () => {
    expect(values("[s]\nCOMMAND =x")).toEqual({ s: { command: "x" } });
  });
});

describe("a plain line", () => {
  // Its column is where it ends, so one more blank is another place.
  const BLANK = /^[\s\x85]*$/;
  it("is what it would be with a blank at its end, which takes the long way", () => {
    const line = fc
      .array(
        fc.constantFrom(
          "k",
          "Key-1.x",
          "=",
          ":",
          " ",
          "a",
          "%(x)s",
          '"',
          "[",
          "]",
          "é",
          "\u2028",
          "\x85",
          ";",
          "#",
          "/",
        ),
        {
          maxLength: 6,
        },
      )
      .map((parts) => parts.join(""));
    let plain = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), (lines) => {
        const before = "[s]\n";
        const result = parseIni(`${before}${lines.join("\n")}\n`, FILE);
        const long = parseIni(`${before}${lines.map((one) => (BLANK.test(one) ? one : `${one} `)).join("\n")}\n`, FILE);
        expect(result.ok).toBe(long.ok);
        if (!result.ok || !long.ok) return;
        plain++;
        expect(result.document.sections).toEqual(long.document.sections);
      }),
      { numRuns: 2000 },
    );
    expect(plain).toBeGreaterThan(300);
  });
});

describe("sections", () => {
  it.each([
    ["[program:a] junk", "program:a"],
    ["[program:a]b]", "program:a]b"],
    ["[ program:a ]", " program:a "],
    ["[Program:a]", "Program:a"],
    ["  [s]", "s"],
    ["[s] ; note", "s"],
  ])("reads %j as the header of %j", (line, name) => {
    expect(parsed(`${line}\n`).sections.map((section) => section.name)).toEqual([name]);
  });

  it("keeps every occurrence with its place", () => {
    const { sections } = parsed("[a]\n x = 1\n   2\n[b]\n[a]\ny: 3");
    expect(sections.map(({ name, place }) => [name, place.line])).toEqual([
      ["a", 1],
      ["b", 4],
      ["a", 5],
    ]);
    const entry = sections[0]?.entries[0];
    expect(entry?.place).toEqual({ file: FILE, line: 2, column: 2 });
    expect(entry?.parts).toEqual([
      { text: "1", place: { file: FILE, line: 2, column: 6 } },
      { text: "2", place: { file: FILE, line: 3, column: 4 } },
    ]);
    expect(sections[2]?.entries[0]?.parts[0]?.place.column).toBe(4);
  });

  it("keeps comments with their places", () => {
    const { comments } = parsed("; one\n[a] ; two\nk=v # three\n  ;four ");
    expect(comments.map(({ text, inline, place }) => [text, inline, place.line, place.column])).toEqual([
      ["; one", false, 1, 1],
      ["; two", true, 2, 5],
      ["# three", true, 3, 5],
      [";four", false, 4, 3],
    ]);
  });
});

describe("mistakes", () => {
  it.each([
    ["text before the first header", "a=b\n", `'a=b\\n'`, 1],
    ["an indented line before the first header", "\n  x\n", `'  x\\n'`, 2],
    ["a last line without its newline", "x", "'x'", 1],
    ["a quote in the line", "it's\n", `"it's\\n"`, 1],
    ["a byte order mark", "\ufeff[a]\n", `'\\ufeff[a]\\n'`, 1],
  ])("refuses %s", (_, text, raw, line) => {
    expect(failure(text)).toBe(`File contains no section headers.\nfile: '${FILE}', line: ${line}\n${raw}`);
  });

  it("says what to do about a byte order mark", () => {
    const result = parseIni("\ufeff[a]\n", FILE);
    expect(result).toMatchObject({ ok: false, problem: { hint: expect.stringContaining("byte order mark") } });
  });

  it("lists all bad lines in one message", () => {
    expect(failure("[a]\nbare\nk=v\n= x\r\n")).toBe(
      `Source contains parsing errors: '${FILE}'\n\t[line  2]: 'bare\\n'\n\t[line  4]: '= x\\n'`,
    );
  });

  it("takes lines below a line without a key for lines of their own", () => {
    expect(failure("[a]\n=x\n  y\n")).toBe(
      `Source contains parsing errors: '${FILE}'\n\t[line  2]: '=x\\n'\n\t[line  3]: '  y\\n'`,
    );
  });

  it("refuses a header without its bracket, which Supervisor would read as a key", () => {
    const result = parseIni("[program:a]\ncommand=x\n[program:b\ncommand=y\n", FILE);
    expect(result).toMatchObject({
      ok: false,
      problem: {
        message: `line 3 begins with "[" but is no section header: '[program:b'`,
        place: { file: FILE, line: 3, column: 1 },
      },
    });
  });
});
