/**
 * The keeper program: `node keeper.cjs --runtime DIR [--temporary] [--owner-fd N] [--crash-log FILE] [--before EXECUTABLE --before SCRIPT] --
 * <supervisor command...>`.
 *
 * Exit status: what the supervisor asked for with `quit`; 2 for wrong arguments or an unusable folder; 3 if another keeper
 * owns the folder.
 */
import { parseArgs } from "node:util";
import { FOLDER_IN_USE } from "./start/folder-in-use.ts";
import { takeTypedName } from "./start/known-name.ts";
import { runKeeper } from "./start/run-keeper.ts";

async function main(): Promise<void> {
  const settings = readArguments();
  takeTypedName(settings.command);
  const owner = await runKeeper({ ...settings, nofileSoft: nofileSoft() });
  if (owner === null) return;
  process.stderr.write(`keeper: ${settings.runtime} is in use by another keeper, pid ${owner || "unknown"}\n`);
  process.exit(FOLDER_IN_USE);
}

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      options: {
        runtime: { type: "string" },
        "owner-fd": { type: "string" },
        "crash-log": { type: "string" },
        before: { type: "string", multiple: true, default: [] },
        temporary: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const ownerFd = values["owner-fd"] === undefined ? null : Number(values["owner-fd"]);
    if (values.runtime === undefined || positionals.length === 0)
      throw new Error("--runtime or the command is missing");
    if (ownerFd !== null && !Number.isSafeInteger(ownerFd)) throw new Error("--owner-fd is not a number");
    const [executable, script] = values.before;
    return {
      before: executable === undefined || script === undefined ? null : [executable, script],
      runtime: values.runtime,
      ownerFd,
      crashLog: values["crash-log"] ?? null,
      temporary: values.temporary,
      command: positionals,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `keeper: ${why}\nusage: keeper --runtime DIR [--temporary] [--owner-fd N] [--crash-log FILE] [--before EXECUTABLE --before SCRIPT] -- COMMAND...\n`,
    );
    process.exit(2);
  }
}

interface Arguments {
  readonly runtime: string;
  readonly ownerFd: number | null;
  readonly crashLog: string | null;
  readonly temporary: boolean;
  readonly before: readonly [string, string] | null;
  readonly command: readonly string[];
}

function nofileSoft(): number | null {
  const soft = Number(process.env["SUP_NOFILE_SOFT"]);
  return Number.isSafeInteger(soft) && soft > 0 ? soft : null;
}

main().catch((error: unknown) => {
  process.stderr.write(`keeper: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
