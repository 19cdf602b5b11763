import type { LoadResult } from "../../config/load-config.ts";
import type { LogLevel } from "../../model/model.ts";
import type { Places } from "../places.ts";
import type { Overrides } from "./options.ts";

/** A line for the daemon's log, known before there is a log. */
export interface Notice {
  readonly level: LogLevel;
  readonly text: string;
}

/**
 * How the `supervisord` command started this daemon. It travels to every supervisor process of it as JSON in one argument,
 * so that one started after a crash or a restart is the same daemon.
 */
export interface SupervisordLaunch {
  /** The command as typed, for "For help, use ... -h". */
  readonly program: string;
  /** Its arguments, likewise, for those who look for a process with them. Absent if an older version started us. */
  readonly typed?: readonly string[];
  /** The config's path as typed, or as it was found: Supervisor's messages show it. Absolute if an older version started us. */
  readonly shown?: string;
  /** Found by the user who typed the command, not by the one that the daemon has become. */
  readonly places: Places;
  /** Folder in which the command was typed: relative paths in the config are relative to it, now and at every reread. */
  readonly cwd: string;
  readonly overrides: Overrides;
  readonly nodaemon: boolean;
  /** The file in which the first supervisor says how the start went; "" in the foreground. */
  readonly report: string;
  /** Whether privileges were dropped or kept: told at every start. */
  readonly identity: readonly Notice[];
  /** Limits raised: told at the first start. */
  readonly limits: readonly Notice[];
  /** Told at the first start once the servers are open; empty in the foreground. */
  readonly daemonizing: readonly Notice[];
}

/** The config with the command line laid over it, as at the start so at every reread. */
export function withOverrides(loaded: LoadResult, overrides: Overrides): LoadResult {
  const { outcome } = loaded;
  if (!outcome.ok) return loaded;
  const supervisord = { ...outcome.value.supervisord, ...overrides };
  return { ...loaded, outcome: { ok: true, value: { ...outcome.value, supervisord } } };
}

/** Supervisor's order of what it learned before it had a log: first what is critical, then warnings, then the rest. */
export function startNotices(launch: SupervisordLaunch | null, loaded: LoadResult, first: boolean): Notice[] {
  const notices: Notice[] = [...loaded.messages];
  if (launch !== null) {
    notices.push(...launch.identity, ...(first ? launch.limits : []));
    for (const { message, place, doubt } of loaded.warnings) {
      if (doubt === true) continue;
      notices.push({ level: "warn", text: place ? `${message} (${place.file}, line ${place.line})` : message });
    }
  }
  const rank = (notice: Notice): number => ["critical", "warn", "info"].indexOf(notice.level);
  return notices.sort((a, b) => rank(a) - rank(b));
}
