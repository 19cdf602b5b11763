import { expect, test } from "vitest";
import { withShellAction } from "../../src/cli/shell-arguments.ts";

test.each([
  ["shell tail -f web", "shell -- tail -f web"],
  ["shell status", "shell -- status"],
  ["-c a.ts shell tail -100 web stderr", "-c a.ts shell -- tail -100 web stderr"],
  ["--config=a.ts --runtime-dir /run/x shell maintail -f", "--config=a.ts --runtime-dir /run/x shell -- maintail -f"],
  ["shell -c a.ts tail -c", "shell -c a.ts -- tail -c"],
  ["shell tail --help", "shell -- tail --help"],
  // Nothing of the shell's in these.
  ["shell", "shell"],
  ["shell --help", "shell --help"],
  ["shell -c a.ts", "shell -c a.ts"],
  ["shell -- tail -f web", "shell -- tail -f web"],
  ["logs shell -f", "logs shell -f"],
  ["-c shell status", "-c shell status"],
  ["", ""],
])("%s", (typed, meant) => {
  expect(withShellAction(typed.split(" ").filter((word) => word !== ""))).toEqual(
    meant.split(" ").filter((word) => word !== ""),
  );
});
