import type { KeeperSnapshot } from "../protocol/keeper.ts";

/** What a supervisor finds out about those before it, from what the keeper holds. */
export interface BeforeUs {
  /** Names the keeper. */
  readonly keeperName: string;
  /**
   * One of this keeper's has come to the end of its first turn. Else this is the start that somebody waits for, though others may
   * have died in it, and perhaps we take over from an earlier keeper.
   */
  readonly isStarted: boolean;
  /** Programs of a daemon before us run, or may: whatever happens, nothing is begun anew. */
  readonly takesOver: boolean;
  /** One died in the middle of the first turn: neither its model nor all that it was to start had been noted. */
  readonly hadBegun: boolean;
  /** It is the keeper that an earlier supervisor had. */
  readonly sameKeeper: boolean;
  /** Names the time since everything was last started anew: outputs are counted from there. */
  readonly epoch: string;
}

export function beforeUs({ pid, startedAt, saved }: KeeperSnapshot): BeforeUs {
  const keeperName = `${pid}-${startedAt}`;
  const isStarted = saved[STARTED] === keeperName;
  return {
    keeperName,
    isStarted,
    takesOver: saved[DAEMON] !== undefined,
    hadBegun: saved[BEGINNING] !== undefined,
    sameKeeper: isStarted || saved[BEGINNING] === keeperName,
    epoch: saved[DAEMON] ?? String(Date.now()),
  };
}

// Names under which the keeper keeps this. No process has a name without a colon.
/** The epoch: there is a daemon. */
export const DAEMON = "daemon";
/** For which keeper a supervisor begins. */
export const BEGINNING = "beginning";
/** For which keeper one has come to the end of its first turn: the pidfile is written, and all is taken over. */
export const STARTED = "started";
