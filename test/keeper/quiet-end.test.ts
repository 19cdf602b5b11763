import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openKeeper, removeFolder } from "./harness.ts";

test.each(["quit", "close"])("what a supervisor says after the keeper's %s makes no records anew", async (how) => {
  const { keeper, folder } = openKeeper();
  keeper.acknowledge(0, { daemon: "1" });
  if (how === "quit") await keeper.quit();
  else keeper.close();
  await keeper.swept;
  rmSync(join(folder, "keeper"), { recursive: true, force: true });
  // The last lines of its log, such as that a socket was closed.
  keeper.acknowledge(0, { mainLog: "100" });
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(existsSync(join(folder, "keeper"))).toBe(false);
  await removeFolder(folder);
});
