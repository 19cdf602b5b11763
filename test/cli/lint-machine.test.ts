import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintMachine } from "../../src/cli/lint-machine.ts";
import { systemWorld } from "../../src/config/world.ts";
import { checkConfig } from "../../src/model/check-config.ts";
import type { ProgramConfig } from "../../src/model/config.ts";

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "sup-lint-"));
  for (const folder of ["app/bin", "app/node_modules/.bin", ".venv/bin"])
    mkdirSync(join(cwd, folder), { recursive: true });
  for (const name of ["app/run", "app/bin/own", "app/node_modules/.bin/vite", ".venv/bin/uvicorn"])
    writeFileSync(join(cwd, name), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(cwd, "plain"), "", { mode: 0o644 });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function doubts(options: Partial<ProgramConfig>) {
  const checked = checkConfig({ programs: { web: { command: "sh", ...options } } }, systemWorld(join(cwd, "c.ts"), {}));
  if (!checked.ok) throw new Error(checked.problems[0]?.message);
  return lintMachine(checked.value, { env: { PATH: "/usr/bin:/bin" }, cwd });
}

const COMMAND = "programs.web.command cannot be started on this machine";

describe("what a model needs of the machine", () => {
  it.each<[Partial<ProgramConfig>]>([
    [{ command: "sh -c 'no-such-program'" }],
    [{ command: "/bin/sh" }],
    [{ command: "app/run", directory: "app" }],
    [{ command: "own", environment: { PATH: `%(here)s/app/bin` } }],
  ])("is there: %j", (options) => expect(doubts(options)).toEqual([]));

  it.each<[Partial<ProgramConfig>, string, string, string]>([
    [{ command: "no-such-program" }, "command", `${COMMAND}: can't find command 'no-such-program'`, "install it"],
    [{ command: "uvicorn" }, "command", `${COMMAND}: can't find command 'uvicorn'`, "write .venv/bin/uvicorn"],
    [{ command: "vite", directory: "app" }, "command", COMMAND, "write app/node_modules/.bin/vite"],
    [{ command: "vite" }, "command", COMMAND, "install it, or write its path"],
    [{ command: "exec node a.js" }, "command", `${COMMAND}: can't find command 'exec'`, "only a shell knows that"],
    // A blank that does not break, as it comes with text from web pages; written as Python writes it.
    [{ command: "no\u00a0such" }, "command", `${COMMAND}: can't find command 'no\\xa0such'`, "install it"],
    [{ command: "/no/such" }, "command", `${COMMAND}: can't find command '/no/such'`, "check the path"],
    [{ command: "./plain" }, "command", `${COMMAND}: command at './plain' is not executable`, "looked up from"],
    [{ command: "./run", directory: "app" }, "command", `${COMMAND}: can't find command './run'`, "/app/run is there"],
    [{ command: "sh", environment: { PATH: "/no" } }, "command", `${COMMAND}: can't find command 'sh'`, "of its own"],
    [{ directory: "nope" }, "directory", "programs.web.directory does not exist: ", "cannot be started"],
    [{ directory: "plain" }, "directory", "programs.web.directory is no folder: ", "cannot be started"],
    [{ directory: "nope", numprocs: 3, processName: "%(process_num)s" }, "directory", "does not exist", "cannot"],
  ])("is missing: %j", (options, key, message, hint) => {
    expect(doubts(options)).toEqual([
      {
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
        path: ["programs", "web", key],
      },
    ]);
  });

  it("is told by no one else", () => expect(doubts({ command: "'open" })).toEqual([]));
});
