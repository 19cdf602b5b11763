import { describe, expect, it } from "vitest";
import { codeFrame, madeVisible } from "../../src/config/code-frame.ts";
import { formatProblem, formatProblems } from "../../src/config/format-problem.ts";

const SOURCE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven";

describe("codeFrame", () => {
  it("shows two lines before and after, with a caret under the column", () => {
    expect(codeFrame(SOURCE, { line: 4, column: 3 })).toBe(
      "  2 | two\n  3 | three\n> 4 | four\n    |   ^\n  5 | five\n  6 | six",
    );
  });

  it("aligns numbers of different length, and stops at the ends of the file", () => {
    expect(codeFrame(SOURCE, { line: 10, column: 1 })).toBe(
      "   8 | eight\n   9 | nine\n> 10 | ten\n     | ^\n  11 | eleven",
    );
    expect(codeFrame(SOURCE, { line: 1, column: 4 })).toBe("> 1 | one\n    |    ^\n  2 | two\n  3 | three");
  });

  it.each([[0], [12], [-1]])("is empty for line %i of eleven", (line) => {
    expect(codeFrame(SOURCE, { line, column: 1 })).toBe("");
  });

  it("puts the caret behind the end of the line for a column beyond it", () => {
    expect(codeFrame("ab", { line: 1, column: 99 })).toBe("> 1 | ab\n    |   ^");
  });

  it("cuts long lines around the column, so that the caret stays under its character", () => {
    const line = `${"a".repeat(500)}X${"b".repeat(500)}`;
    const [shown = "", caret = ""] = codeFrame(line, { line: 1, column: 501 }).split("\n");
    expect(shown.length).toBeLessThan(120);
    expect(shown[caret.indexOf("^")]).toBe("X");
    expect(shown).toMatch(/^> 1 \| ….*…$/);
  });

  it("shows the beginning of a line beside it that ends before the cut", () => {
    const source = `${"c".repeat(200)}\n${"a".repeat(500)}X\nshort\n${"d".repeat(480)}`;
    const lines = codeFrame(source, { line: 2, column: 501 }).split("\n");
    expect(lines[0]).toBe(`  1 | ${"c".repeat(100)}…`);
    expect(lines[3]).toBe("  3 | short");
    expect(lines[4]).toBe(`  4 | …${"d".repeat(19)}`);
  });

  it("keeps the caret aligned behind tabs and wide characters", () => {
    expect(codeFrame("\tx", { line: 1, column: 2 })).toBe("> 1 |   x\n    |   ^");
    expect(codeFrame("'日本' x", { line: 1, column: 6 })).toBe("> 1 | '日本' x\n    |        ^");
  });

  it("cannot drive a terminal", () => {
    const frame = codeFrame("a\u001b[31mred\u0007\u009b\u202e\u007f", { line: 1, column: 1 });
    expect(frame).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(madeVisible("\u001b")).toBe("␛");
  });
});

describe("formatProblem", () => {
  const problem = {
    message: "unknown option `startsec`",
    hint: "did you mean `startsecs`?",
    path: ["programs", "web", "startsec"],
    place: { file: "/p/supervisor.config.ts", line: 2, column: 1 },
  };

  it("tells place, message, frame and hint", () => {
    expect(formatProblem(problem, { source: () => "a\nb\nc", relativeTo: "/p" })).toBe(
      "supervisor.config.ts:2:1: error: unknown option `startsec`\n    1 | a\n  > 2 | b\n      | ^\n    3 | c\n  hint: did you mean `startsecs`?",
    );
  });

  it("does without a source, a hint or a place", () => {
    expect(formatProblem({ message: "no" })).toBe("error: no");
    expect(formatProblem({ message: "no", path: ["a", 1] })).toBe("a.1: error: no");
  });

  it("colours only when asked to", () => {
    expect(formatProblem(problem)).not.toContain("\u001b");
    expect(formatProblem(problem, { colour: true })).toContain("\u001b[1;31m");
  });

  it("neutralises escape sequences in messages", () => {
    expect(formatProblem({ message: "\u001b[2Jx" })).toBe("error: ␛[2Jx");
  });

  it("does not name all of the environment", () => {
    const message = "cannot be expanded. Available names: ENV_A, ENV_B_, group_name, here";
    expect(formatProblem({ message })).toBe("error: cannot be expanded. Available names: ENV_*, group_name, here");
    expect(formatProblem({ message: "x. Available names: here" })).toBe("error: x. Available names: here");
  });

  it("calls a warning a warning", () => {
    expect(formatProblem({ message: "no", path: ["a"] }, { severity: "warning" })).toBe("a: warning: no");
    expect(formatProblems([{ message: "a" }, { message: "b" }], { severity: "warning" })).toBe(
      "warning: a\n\nwarning: b",
    );
    expect(formatProblem({ message: "no" }, { severity: "warning", colour: true })).toContain("\u001b[1;33m");
  });

  it("separates problems by an empty line", () => {
    expect(formatProblems([{ message: "a" }, { message: "b" }])).toBe("error: a\n\nerror: b");
  });
});
