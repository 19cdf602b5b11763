import type { CheckRequest } from "./check-answer.ts";

/**
 * A program of its own, run and gone before the daemon starts: the process that asks becomes the keeper in the foreground,
 * and a keeper reads no config.
 */
async function main(): Promise<void> {
  const request = JSON.parse(process.argv[2] ?? "") as CheckRequest;
  const tooling = require([".", "tooling.cjs"].join("/")) as typeof import("./tooling.ts");
  const { answer } = await tooling.checkForSupervisord(request);
  // Who asked may have been ended meanwhile: then nobody wants the answer.
  process.stdout.on("error", () => process.exit(1));
  process.stdout.write(JSON.stringify(answer));
}

main().catch((error: unknown) => {
  process.stderr.write(`supervisord: ${(error as Error).stack ?? String(error)}\n`);
  process.exitCode = 1;
});
