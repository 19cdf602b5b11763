import { describe, expect, it } from "vitest";
import { neutralise, TerminalFilter } from "../../src/ctl/terminal-filter.ts";

describe("text for a terminal", () => {
  it.each([
    ["plain text, tabs and newlines", "a\tb\nc é 😀", "a\tb\nc é 😀"],
    ["colours", "\x1b[1;31mx\x1b[0m\x1b[m\x1b[38:5:1mz", "\x1b[1;31mx\x1b[0m\x1b[m\x1b[38:5:1mz"],
  ])("keeps %s", (_what, text, expected) => {
    expect(neutralise(text)).toBe(expected);
  });

  it.each([
    ["cursor movement", "a\x1b[2J\x1b[H\x1b[10;20Hb"],
    ["device queries", "a\x1b[6n\x1b[c\x1b[>0qb"],
    ["a window title", "a\x1b]0;title\x07b"],
    ["a title ended by ST", "a\x1b]2;title\x1b\\b"],
    ["a clipboard write", "a\x1b]52;c;cm0gLXJm\x07b"],
    ["a device control string", 'a\x1bP$q"p\x1b\\b'],
    ["a C1 control sequence", "a\x9b2Jb"],
    ["a C1 string", "a\x9d0;title\x9cb"],
    ["a reset", "a\x1bcb"],
    ["a charset switch", "a\x1b(0b"],
    ["carriage return, backspace, bell and NUL", "a\r\b\x07\0b"],
    ["bidirectional overrides", "a\u202e\u2066\u200fb"],
    ["a lone escape before a letter", "a\x1b\x1b\x1b[2Jb"],
  ])("loses %s", (_what, text) => {
    expect(neutralise(text)).toBe("ab");
  });

  it("shows the lines after a sequence that nobody ends", () => {
    for (const lead of ["\x1b]0;x", "\x1bPq", "\x9d0;x"]) {
      expect(neutralise(`a${lead}\nb\n`)).toBe("a\nb\n");
      const filter = new TerminalFilter();
      expect(filter.write(`a${lead}`) + filter.write("y\nb\n")).toBe("a\nb\n");
    }
  });

  it("is the same however the stream is cut into chunks", () => {
    const text = "x\x1b]0;title\x07A\x1b[2JB\x1b[31mred\x1b[0m\x1bPq\x1b\\C\x9b5n\n";
    for (let cut = 0; cut <= text.length; cut += 1) {
      const filter = new TerminalFilter();
      expect(filter.write(text.slice(0, cut)) + filter.write(text.slice(cut))).toBe(neutralise(text));
    }
  });

  it("does not hold back output for ever behind a sequence that never ends", () => {
    const filter = new TerminalFilter();
    filter.write("\x1b]");
    filter.write("x".repeat(5000));
    expect(filter.write("seen\n")).toBe("seen\n");
  });
});
