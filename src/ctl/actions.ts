import type { Action } from "./action.ts";
import { clear } from "./actions/clear.ts";
import { avail, reread, update } from "./actions/config.ts";
import { restart, signal, start, stop } from "./actions/control.ts";
import { open, reload, shutdown, version } from "./actions/daemon.ts";
import { fg } from "./actions/fg.ts";
import { add, remove } from "./actions/groups.ts";
import { maintail, tail } from "./actions/logs.ts";
import { EOF, exit, helpAction, quit } from "./actions/shell-words.ts";
import { pid, status } from "./actions/status.ts";

/** Every action by its name. */
export const ACTIONS: ReadonlyMap<string, Action> = buildActions();

function buildActions(): ReadonlyMap<string, Action> {
  const actions = new Map<string, Action>();
  const list = [
    add, avail, clear, exit, fg, maintail, open, pid, quit, reload, remove, reread,
    restart, shutdown, signal, start, status, stop, tail, update, version, EOF,
  ]; // prettier-ignore
  for (const action of [...list, helpAction(actions)]) actions.set(action.name, action);
  return actions;
}
