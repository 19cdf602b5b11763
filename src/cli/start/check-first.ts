import type { LoadResult } from "../../config/load-result.ts";
import type { CheckRequest, EarlyGo } from "../check-answer.ts";

/**
 * The other side of `EarlySupervisor`: reads the config, tells whoever started us what it came to, and resolves when this process
 * is to go on as a supervisor, with its arguments. If it is not, it is ended, or the channel is, and we with it.
 */
export async function checkFirst(
  request: CheckRequest,
  tooling: typeof import("../tooling.ts"),
): Promise<{ readonly args: readonly string[]; readonly loaded: LoadResult }> {
  const gone = (): never => process.exit(1);
  process.once("disconnect", gone);
  const args = new Promise<readonly string[]>((resolve) =>
    process.once("message", (said) => resolve((said as EarlyGo).args)),
  );
  const { answer, loaded } = await tooling.checkForSupervisord(request);
  process.send?.(answer, undefined, undefined, () => undefined);
  await args;
  process.off("disconnect", gone);
  return { args: await args, loaded };
}
