// `npm run chaos`: builds what a user runs, then runs the chaos suite against it. Node 20 cannot read TypeScript, so a
// loader hook strips the types of each file where it stands (a bundle would lose the paths that tests find programs by).
import { spawnSync } from "node:child_process";
import { register } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
if (!process.argv.includes("--no-build")) {
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs"), "--no-types"], { stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
}
register("./typescript-loader.mjs", import.meta.url);
const { main } = await import("./main.ts");
process.exit(await main(process.argv.slice(2)));
