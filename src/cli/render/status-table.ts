import { stripVTControlCharacters } from "node:util";
import { endedBadly } from "../../machine/explain.ts";
import type { ProcessReport } from "../../protocol/api.ts";
import { styler } from "./colors.ts";
import { mostColumns, padColumns } from "./columns.ts";
import { safeText } from "./safe-text.ts";

/**
 * The processes as lines for people: name first, state second, then pid and what there is to know. A drawn table on a
 * terminal, as wide as that is at most; plain columns elsewhere, so that `awk '{print $2}'` works, and where the terminal has
 * no room for a table.
 */
export async function statusTable(processes: readonly ProcessReport[], out: NodeJS.WriteStream): Promise<string> {
  const rows = processes.map(cells);
  if (!out.isTTY) return plainColumns(rows);
  // Loaded here, not on top: a client that prints to a pipe need not pay for it.
  const { default: Table } = await import("cli-table3");
  const paint = styler(out);
  const colored = paint("dim", " ") !== " ";
  /** @param last width of the last column with its padding; `null`: what it needs */
  const draw = (last: number | null): string => {
    const table = new Table({
      head: ["name", "state", "pid", "description"].map((title) => paint("bold", title)),
      style: { head: [], border: colored ? ["dim"] : [] },
      chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
      ...(last !== null && { colWidths: [null, null, null, last], wordWrap: true }),
    });
    for (const [index, process] of processes.entries()) {
      const [name = "", state = "", pid = "", text = ""] = rows[index] ?? [];
      table.push([safeText(name, out), paint(colorOf(process), state), pid, safeText(text, out)]);
    }
    return `${table.toString()}\n`;
  };
  const table = draw(null);
  // A terminal that does not know how wide it is says 0.
  const excess = widthOf(table) - (out.columns || Number.POSITIVE_INFINITY);
  if (excess <= 0) return table;
  const texts = rows.map(([, , , text]) => text);
  const last = 2 + mostColumns([...texts, "description"]) - excess;
  // A word that is longer than its line would be cut.
  if (last < 2 + mostColumns(texts.flatMap((text) => text.split(" ")).concat("description")))
    return safeText(plainColumns(rows), out);
  return draw(last);
}

/** Columns that a table takes. Its first line is a border, of which each character takes one. */
function widthOf(table: string): number {
  return stripVTControlCharacters(table.slice(0, table.indexOf("\n"))).length;
}

function cells(process: ProcessReport): [name: string, state: string, pid: string, text: string] {
  const { namespec, state, pid } = process;
  return [namespec, state, pid === 0 ? "-" : String(pid), describe(process)];
}

function plainColumns(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => mostColumns(rows.map((row) => row[column] ?? "")));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 3 ? padColumns(cell, widths[column] ?? 0) : cell))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

function describe(process: ProcessReport): string {
  const notes: string[] = [];
  if (process.state === "RUNNING") {
    notes.push(process.description.replace(/^pid \d+, /, ""));
    if (!process.ready) notes.push(process.why === "" ? "not ready yet" : process.why.replace(/^running, /, ""));
  } else if (process.why !== "") notes.push(process.why);
  else if (process.description !== "") notes.push(process.description);
  if (process.state === "RUNNING" && process.survivors.length > 0)
    notes.push(`of an earlier run, pid ${process.survivors.map((one) => one.pid).join(", ")} still there`);
  if (process.restarts > 0) notes.push(`${process.restarts} ${process.restarts === 1 ? "restart" : "restarts"}`);
  if (process.dropped > 0) notes.push(`${process.dropped} bytes of output lost`);
  if (process.logTrouble !== "") notes.push(`its output cannot be logged: ${reasonOf(process.logTrouble)}`);
  return notes.join(", ");
}

function reasonOf(errno: string): string {
  const words: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    ENOENT: "its folder is gone",
    EROFS: "the disk is read-only",
    EFBIG: "the file is as large as the daemon's limit allows (ulimit -f)",
  };
  return words[errno] ?? errno;
}

function colorOf(process: ProcessReport): "green" | "red" | "yellow" | "dim" {
  switch (process.state) {
    case "RUNNING":
      return "green";
    case "FATAL":
    case "BACKOFF":
    case "UNKNOWN":
      return "red";
    case "STARTING":
    case "STOPPING":
      return "yellow";
    default:
      return endedBadly(process) ? "red" : "dim";
  }
}
