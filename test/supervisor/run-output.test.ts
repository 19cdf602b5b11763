import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
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
