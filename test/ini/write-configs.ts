import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Files } from "./odd-files-table.ts";

/** Writes each set of files to a folder of its own, until the test is over; their `main.conf`s. */
export function writeConfigs(all: readonly (string | Files)[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "sup-odd-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return all.map((each, index) => {
    const own = join(folder, String(index));
    for (const [name, text] of Object.entries(typeof each === "string" ? { "main.conf": each } : each)) {
      mkdirSync(dirname(join(own, name)), { recursive: true });
      writeFileSync(join(own, name), text);
    }
    return join(own, "main.conf");
  });
}
