import { statSync } from "node:fs";
import type { ProcessReport } from "../../protocol/api.ts";

/** Of programs in one sentence. */
const MOST_NAMES = 10;

/**
 * What to tell whoever asks for the logs of processes that have none to read back: `NONE`, syslog or a device is set, or all output
 * goes to a container's. `null` if all have one.
 *
 * @param config the config file, in whose words the options are named.
 * @param sup how `sup` is called.
 */
export function withoutLogText(
  reports: readonly ProcessReport[],
  { config, sup, follow }: { readonly config: string; readonly sup: string; readonly follow: boolean },
): string | null {
  const names = reports.filter((report) => !isKept(report)).map((report) => report.namespec);
  if (names.length === 0) return null;
  const shown = names.slice(0, MOST_NAMES).join(", ");
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  const [stdout, stderr] = /\.(?:conf|ini)$/.test(config)
    ? ["stdout_logfile", "stderr_logfile"]
    : ["stdoutLogfile", "stderrLogfile"];
  const next = follow
    ? "What is written from now on is shown."
    : `Set one, or see what is written from now on with \`${sup} logs -f\`.`;
  return `no log is kept of ${shown}${more}: neither ${stdout} nor ${stderr} is a file. ${next}`;
}

function isKept({ stdoutLogfile, stderrLogfile }: ProcessReport): boolean {
  return [stdoutLogfile, stderrLogfile].some((path) => path !== "" && isFile(path));
}

/** What is not there, or not for us to look at, is taken for one. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    return true;
  }
}
