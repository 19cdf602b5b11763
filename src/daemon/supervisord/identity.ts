import { SupervisordUsageError } from "./getopt.ts";
import type { Notice } from "./launch.ts";

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What the log is told about the user that the daemon runs as. */
export function identityNotices(wanted: Account | null): Notice[] {
  if (wanted !== null) return [{ level: "info", text: `Set uid to user ${wanted.uid} succeeded` }];
  return process.getuid?.() === 0 ? [{ level: "critical", text: RUNNING_AS_ROOT }] : [];
}

/** Whether this process may become that user. @throws SupervisordUsageError */
export function checkAccount(wanted: Account | null): void {
  if (wanted === null || process.getuid?.() === wanted.uid || process.getuid?.() === 0) return;
  throw new SupervisordUsageError("Can't drop privilege as nonroot user");
}

/**
 * Becomes the user for good, with its primary and all its supplementary groups. Nothing happens, groups included, if it is that
 * user already. HOME and the like stay: Supervisor does not touch them either.
 *
 * @throws SupervisordUsageError
 */
export function becomeUser(wanted: Account | null): void {
  if (wanted === null || process.getuid?.() === wanted.uid) return;
  try {
    (process as WithInitgroups).initgroups?.(wanted.uid, wanted.gid);
  } catch (error) {
    throw new SupervisordUsageError("Could not set groups of effective user", { cause: error });
  }
  try {
    process.setgid?.(wanted.gid);
  } catch (error) {
    throw new SupervisordUsageError("Could not set group id of effective user", { cause: error });
  }
  process.setuid?.(wanted.uid);
}

/** Node has it; its type declarations do not. */
type WithInitgroups = { initgroups?(user: number | string, group: number | string): void };

const RUNNING_AS_ROOT =
  "Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  If you " +
  "intend to run as root, you can set user=root in the config file to avoid this message.";
