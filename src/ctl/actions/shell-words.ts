import type { Action } from "../action.ts";

const LEAVE = {
  async run(session) {
    session.say("");
    session.over = true;
  },
} satisfies Pick<Action, "run">;

/** `quit`, and `exit`: leave the shell. */
export const quit: Action = { name: "quit", help: ["quit\tExit the supervisor shell."], ...LEAVE };
export const exit: Action = { name: "exit", help: ["exit\tExit the supervisor shell."], ...LEAVE };
/** What the end of input amounts to; may be typed, but is not listed. */
export const EOF: Action = { name: "EOF", help: [], ...LEAVE };

/** `help`: lists the actions, or prints one's help. */
export function helpAction(actions: ReadonlyMap<string, Action>): Action {
  const help: Action = {
    name: "help",
    help: ["help\t\tPrint a list of available actions", "help <action>\tPrint help for <action>"],
    completes: "actions",
    async run(session, args) {
      if (args === "") {
        const names = [...actions.keys()].filter((name) => name !== "help" && name !== "EOF").sort();
        session.say(["", HEADER, "=".repeat(HEADER.length), ...inColumns(names, 79), ""].join("\n"));
        return;
      }
      const lines = (args === "help" ? help : actions.get(args))?.help ?? [];
      for (const line of lines.length === 0 ? [`*** No help on ${args}`] : lines) session.say(line);
    },
  };
  return help;
}

const HEADER = "default commands (type help <topic>):";

/** Fills columns downwards, with as few rows as fit; every column is padded, the last one too. */
function inColumns(names: readonly string[], width: number): string[] {
  for (let rows = 1; ; rows += 1) {
    const columns = Array.from({ length: Math.ceil(names.length / rows) }, (_, column) =>
      names.slice(column * rows, (column + 1) * rows),
    );
    const widths = columns.map((column) => Math.max(...column.map((name) => name.length)));
    const total = widths.reduce((sum, each) => sum + each + 2, -2);
    if (total > width && rows < names.length) continue;
    return Array.from({ length: rows }, (_, row) =>
      columns.flatMap((column, at) => (column[row] === undefined ? [] : [column[row].padEnd(widths[at]!)])).join("  "),
    );
  }
}
