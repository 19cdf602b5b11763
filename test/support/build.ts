import { execFileSync } from "node:child_process";

/** Vitest global setup of the e2e ring: the tests run what a user runs, so build it first. */
export default function setup(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
