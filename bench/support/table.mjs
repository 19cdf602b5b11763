import { median } from "./statistics.mjs";

/**
 * A case of a row: `{ name, unit, samples: { contender: number[] }, goals }`. A goal is `{ of, atMost | atLeast, times }`:
 * ours against so many times another contender's, or against `limit`. Returns what is printed and kept.
 */
export function summarise(row, one) {
  const values = Object.fromEntries(Object.entries(one.samples).map(([name, all]) => [name, median(all)]));
  const goals = one.goals.map((goal) => judge(goal, values)).filter((goal) => goal !== null);
  return { row: row.number, title: row.title, name: one.name, unit: one.unit, values, goals, note: one.note ?? "" };
}

/** Markdown: what is printed is what docs/performance.md holds. */
export function table(results) {
  const lines = ["| row | case | sup | others | goals | note |", "| --- | --- | --- | --- | --- | --- |"];
  for (const { row, name, unit, values, goals, note } of results) {
    const { sup, ...others } = values;
    const peers = Object.entries(others).map(([who, value]) => `${who} ${number(value)}`);
    const judged = goals.map(({ text, met }) => `${text}: ${met ? "met" : "**missed**"}`);
    lines.push(`| ${row} | ${name} | ${number(sup)} ${unit} | ${peers.join(", ")} | ${judged.join("; ")} | ${note} |`);
  }
  return lines.join("\n");
}

/** Rows whose own value is worse by more than a third than in the table that `text` (a Markdown file) holds. */
export function regressions(results, text) {
  const before = new Map();
  for (const [, row, name, value] of text.matchAll(/^\| (\d+) \| ([^|]+) \| ([\d.]+) [^|]*\|/gm)) {
    before.set(`${row} ${name.trim()}`, Number(value));
  }
  return results.flatMap(({ row, name, unit, values, goals }) => {
    const old = before.get(`${row} ${name}`);
    if (old === undefined || old === 0 || values.sup === undefined) return [];
    const ratio =
      goals.some((goal) => goal.better === "more") || unit.endsWith("/s") || unit === "a second"
        ? old / values.sup
        : values.sup / old;
    return ratio > 4 / 3 ? [`row ${row}, ${name}: ${number(old)} ${unit} before, ${number(values.sup)} now`] : [];
  });
}

function judge(goal, values) {
  const more = goal.atLeast !== undefined;
  const factor = goal.atLeast ?? goal.atMost;
  const value = goal.value ?? values.sup;
  const reference = goal.of === undefined ? 1 : values[goal.of];
  if (reference === undefined || value === undefined) return null;
  const met = more ? value >= factor * reference : value <= factor * reference;
  const sign = more ? ">=" : "<=";
  const what = goal.what === undefined ? "" : `${goal.what} `;
  const text =
    goal.of === undefined
      ? `${what}${number(value)} (${sign} ${factor})`
      : `${what}${number(value / reference)} x ${goal.of} (${sign} ${factor})`;
  return { text, met, better: more ? "more" : "less" };
}

function number(value) {
  if (value === undefined) return "-";
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);
}
