import type { SupervisordSpec } from "../model/model.ts";
import type { Overrides } from "../daemon/supervisord-options.ts";

/** What the `supervisord` command has to know of its config before there is a daemon. */
export type CheckAnswer =
  | { readonly ok: false; readonly messages: readonly string[] }
  | {
      readonly ok: true;
      /** The config's, with the command line laid over it. */
      readonly supervisord: SupervisordSpec;
      readonly account: { readonly uid: number; readonly gid: number } | null;
    };

export interface CheckRequest {
  /** Absolute. */
  readonly config: string;
  readonly cwd: string;
  readonly overrides: Overrides;
}

/**
 * A program of its own, run and gone before the daemon starts: the process that asks becomes the keeper in the foreground,
 * and a keeper reads no config.
 */
async function main(): Promise<void> {
  const { config, cwd, overrides } = JSON.parse(process.argv[2] ?? "") as CheckRequest;
  const tooling = require([".", "tooling.cjs"].join("/")) as typeof import("./tooling.ts");
  const answer = await tooling.checkForSupervisord(config, cwd, overrides);
  process.stdout.write(JSON.stringify(answer));
}

main().catch((error: unknown) => {
  process.stderr.write(`supervisord: ${(error as Error).stack ?? String(error)}\n`);
  process.exitCode = 1;
});
