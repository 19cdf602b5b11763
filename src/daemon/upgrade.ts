import { readFileSync, rmSync, statSync } from "node:fs";
import type { UpgradeReport } from "../protocol/api.ts";
import type { Keeper, KeeperSnapshot } from "../protocol/keeper.ts";
import { Refusal } from "../rpc/control.ts";
import type { BootOptions } from "./boot-options.ts";
import { upgradeFile } from "./upgrade-file.ts";
import type { WayOut } from "./way-out.ts";

/** Executable and script of the new supervisor, as they were left; `null` if nothing was: the present ones are started again. */
function takeUpgradeFile(runtime: string): readonly [string, string] | null {
  const file = upgradeFile(runtime);
  let text: string;
  try {
    if (statSync(file).uid !== process.getuid?.() && process.getuid?.() !== 0) return null;
    text = readFileSync(file, "utf8");
    rmSync(file);
  } catch {
    return null;
  }
  const [executable, script] = JSON.parse(text) as readonly unknown[];
  if (typeof executable !== "string" || typeof script !== "string") throw new Refusal(`${file} names no program`);
  return [executable, script];
}

/** What the supervisor before this one left about an upgrade, to be said in the log once. */
export interface Upgraded {
  readonly from: string;
  readonly keeper: boolean;
}

export function upgradedFrom(saved: KeeperSnapshot["saved"]): Upgraded | null {
  const text = saved["upgrade"];
  return text === undefined ? null : (JSON.parse(text) as Upgraded);
}

/** Why the keeper cannot be replaced without its programs' end; `null` if it can. */
function whyKeeperStays(snapshot: KeeperSnapshot, foreground: boolean, isSupervisord: boolean): string | null {
  if (snapshot.owned === true || foreground)
    return "the keeper ends with the terminal or the service manager that started it: restart the daemon there";
  if (isSupervisord) return "the keeper was started by `supervisord`: stop and start that";
  return null;
}

/** The call `upgrade`: what cannot be done is refused, the rest happens after the answer. */
export function upgradeCall(daemon: {
  readonly keeper: Keeper;
  readonly snapshot: KeeperSnapshot;
  readonly options: BootOptions;
  readonly foreground: boolean;
  readonly leave: WayOut["upgrade"];
}): (keeperToo: boolean) => Promise<UpgradeReport> {
  const { keeper, snapshot, options, foreground, leave } = daemon;
  return async (keeperToo) => {
    const stays = keeperToo ? whyKeeperStays(snapshot, foreground, options.launch !== null) : null;
    if (stays !== null) throw new Refusal(stays);
    const program = takeUpgradeFile(options.places.runtime);
    const [executable, script] = options.program;
    const same = program === null || (program[0] === executable && program[1] === script);
    if (!same && !keeperToo) {
      if (snapshot.protocol < 2)
        throw new Refusal(
          `the keeper is of the first version and starts ${script} only: install the new version there, or use --keeper`,
        );
      await keeper.superviseWith(program);
    }
    const left: Upgraded = { from: options.version, keeper: keeperToo };
    keeper.acknowledge(0, { upgrade: JSON.stringify(left) });
    // The answer goes first.
    setImmediate(() => leave(keeperToo ? "handover" : "upgrade"));
    return {
      from: options.version,
      pid: snapshot.pid,
      supervisorPid: process.pid,
      keeperVersion: snapshot.version ?? "",
      args: options.args,
      program: options.program,
    };
  };
}
