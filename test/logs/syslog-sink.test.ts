import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SyslogSink } from "../../src/logs/syslog-sink.ts";

let folder: string;
const path = process.env["PATH"];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sup-syslog-"));
  process.env["PATH"] = `${folder}:${path}`;
});
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true, force: true });
});

test("a system log that takes nothing costs lines, and no memory without end", async () => {
  // In place of `logger`: reads nothing before it may.
  const script = `#!/bin/sh\nwhile [ ! -e ${folder}/go ]; do sleep 0.05; done\ncat > ${folder}/part; mv ${folder}/part ${folder}/got\n`;
  writeFileSync(join(folder, "logger"), script);
  chmodSync(join(folder, "logger"), 0o755);
  const sink = new SyslogSink("test");
  const line = "x".repeat(1023);
  for (let count = 0; count < 20_000; count++) sink.write(line);
  writeFileSync(join(folder, "go"), "");
  sink.close();
  while (!existsSync(join(folder, "got"))) await new Promise((resolve) => setTimeout(resolve, 20));
  const { size } = statSync(join(folder, "got"));
  expect(size).toBeGreaterThan(500_000);
  expect(size).toBeLessThan(2_000_000);
  expect(size % 1024).toBe(0);
});
