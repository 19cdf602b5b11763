import type { ChaosResult, ChaosTest } from "./chaos-test.ts";

export const TABLE_HEAD =
  "| test | what | criterion | sup | Supervisor | met |\n| --- | --- | --- | --- | --- | --- |\n";

/** One line of the table in docs/reliability.md. `theirs`: what Supervisor scored, `null` if it was not asked. */
export function tableRow(test: ChaosTest, ours: ChaosResult, theirs: ChaosResult | null): string {
  const cells = [test.id, test.title, test.criterion, figuresOf(ours), theirs === null ? "-" : scoreOf(theirs)];
  return `| ${[...cells, verdictOf(ours)].map(cell).join(" | ")} |\n`;
}

function figuresOf({ figures }: ChaosResult): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
}

function scoreOf(result: ChaosResult): string {
  return [figuresOf(result), ...result.broken.slice(0, 3)].filter(Boolean).join("; ");
}

function verdictOf({ broken, late = [], skipped }: ChaosResult): string {
  if (skipped !== undefined) return `not run: ${skipped}`;
  if (broken.length > 0) return `no: ${broken.join("; ")}`;
  return late.length > 0 ? `counts yes; ${late.join(", ")}` : "yes";
}

function cell(text: string): string {
  return text.replaceAll("|", "/").replaceAll(/\s+/g, " ");
}
