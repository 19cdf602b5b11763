import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileMoment } from "../../src/files/file-moment.ts";
import type { ProcessSpec } from "../../src/model/model.ts";
import type { Keeper } from "../../src/protocol/keeper.ts";
import type { LaunchContext } from "../../src/supervisor/launch.ts";
import { OutputHub } from "../../src/supervisor/output-hub.ts";
import { RunOutput } from "../../src/supervisor/run-output.ts";

test("what the keeper has left out of a flood is looked for in the log", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sup-run-output-"));
  const path = join(folder, "log");
  const none = { logfile: { kind: "none" } };
  const spec = { redirectStderr: false, stdout: { logfile: { kind: "file", path } }, stderr: none } as ProcessSpec;
  const hub = new OutputHub({ follow: async () => ({ size: 0, position: 0 }) } as unknown as Keeper);
  const output = new RunOutput("a:a", hub, { cwd: folder } as LaunchContext);
  output.begin(spec);
  let heard = "";
  const stop = output.read(spec, (bytes) => (heard += Buffer.from(bytes).toString()));
  await Promise.resolve();
  const data = new TextEncoder().encode("starting\n");
  hub.deliver({ type: "output", key: "a:a", stream: "stdout", position: 9, data });
  writeFileSync(path, `starting\n${"noise\n".repeat(30_000)}ready now\n`);
  hub.deliver({ type: "gap", key: "a:a", stream: "stdout", bytes: 180_010 });
  expect(heard).toMatch(/^starting\n[^]*noise\nready now\n$/);
  // One without a log has nothing to look into.
  hub.deliver({ type: "gap", key: "a:a", stream: "stderr", bytes: 100 });
  expect(heard).toMatch(/ready now\n$/);
  stop();
  rmSync(folder, { recursive: true });
});

test.each(["rotated", "emptied"])("a log that was %s since the run began is read from its beginning", async (how) => {
  const folder = mkdtempSync(join(tmpdir(), "sup-run-output-"));
  const path = join(folder, "log");
  const none = { logfile: { kind: "none" } };
  const spec = { redirectStderr: false, stdout: { logfile: { kind: "file", path } }, stderr: none } as ProcessSpec;
  const follow: Keeper["follow"] = async () => {
    const found = statSync(path, { bigint: true });
    return { size: Number(found.size), position: 0, file: fileMoment(found) };
  };
  const output = new RunOutput("a:a", new OutputHub({ follow } as Keeper), { cwd: folder } as LaunchContext);
  writeFileSync(path, "long ago\n");
  output.begin(spec);
  if (how === "rotated") renameSync(path, `${path}.1`);
  const text = how === "rotated" ? "ready, after a while\n" : "ready\n";
  writeFileSync(path, text);
  let heard = "";
  const stop = output.read(spec, (bytes) => (heard += Buffer.from(bytes).toString()));
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toBe(text);
  stop();
  rmSync(folder, { recursive: true });
});
