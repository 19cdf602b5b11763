// The bundle of what a keeper is, for a program that becomes one: read when it does.
import { movable } from "../keeper/kernel/cgroups.ts";
import { loadSystemCalls } from "../keeper/kernel/system-calls.ts";

export { findKeeper } from "../keeper/runtime-lock.ts";
export { runKeeper } from "./run-keeper.ts";

/** Does what takes a while and can be done beforehand, for those who have to wait. Leaves nothing behind. */
export function prepareKeeper(): void {
  loadSystemCalls();
  movable();
}
