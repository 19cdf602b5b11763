import { describe, expect, test } from "vitest";
import { helpFor, helpTexts, renderedHelp } from "../../src/cli/help/help-texts.ts";
import { createProgram } from "../../src/cli/program.ts";

const texts = helpTexts(createProgram(() => {}));
const commands = Object.keys(texts);

/** As commander tells it, of a program that was not asked before. */
function told(words: string, columns: number): string {
  const all = words === "" ? [] : words.split(" ");
  const command = all.reduce(
    (found, word) => found.commands.find((one) => one.name() === word) ?? found,
    createProgram(() => {}),
  );
  return helpFor(command, columns);
}

describe("rendered help", () => {
  test("is there for every command, and for none that is hidden", () => {
    const all = createProgram(() => {}).commands.map((one) => one.name());
    const shown = all.filter((name) => name !== "__complete");
    expect(commands.toSorted()).toEqual(["", ...shown, "config print"].toSorted());
    expect(shown.length).toBe(all.length - 1);
  });

  test("names only defaults that are news, and what Ctrl-C does to what ran before", () => {
    for (const { wide } of Object.values(texts)) expect(wide).not.toContain("(default: false)");
    expect(texts["up"]?.wide).toContain("Ctrl-C leaves it running");
    expect(texts["up"]?.wide).toContain("(default: 60)");
    expect(texts[""]?.wide).not.toContain("Ctrl-C leaves it running");
  });

  test.each(commands)("of `sup %s` is what commander prints, or left to commander, for every width", (command) => {
    const words = [...(command === "" ? [] : command.split(" ")), "--help"];
    const answers = Array.from({ length: 200 }, (_, index) => index + 20).map((columns) => {
      const text = renderedHelp(words, columns, () => texts);
      if (text !== null) expect({ columns, text }).toEqual({ columns, text: told(command, columns) });
      return { columns, rendered: text !== null };
    });
    expect(answers.find(({ columns }) => columns === 80)?.rendered).toBe(true);
    expect(answers.find(({ columns }) => columns === 219)?.rendered).toBe(true);
    expect(renderedHelp(words, undefined, () => texts)).toBe(told(command, 80));
  });

  test.each([
    [["-h"], ""],
    [["help"], ""],
    [["help", "up"], "up"],
    [["up", "-h"], "up"],
    [["config", "print", "--help"], "config print"],
  ])("answers %j", (words, command) => {
    expect(renderedHelp(words, undefined, () => texts)).toBe(texts[command]?.narrow);
  });

  test.each([
    [["help", "nosuch"]],
    [["nosuch", "--help"]],
    [["toString", "--help"]],
    [["-c", "file", "--help"]],
    [["up", "web", "--help"]],
    [["help", "config", "print"]],
    [["help", "--help"]],
  ])("leaves %j to commander", (words) => {
    expect(renderedHelp(words, undefined, () => texts)).toBeNull();
  });

  test("is not even read for other words", () => {
    const read = () => expect.unreachable();
    for (const words of [[], ["status"], ["logs", "-h", "x"], ["--version"]])
      expect(renderedHelp(words, 80, read)).toBeNull();
  });
});
