// The bundle of what a keeper is, for a program that becomes one: read when it does.
export { prepareKeeper } from "../keeper/prepare.ts";
export { findKeeper } from "../keeper/runtime-lock.ts";
export { runKeeper } from "./start/run-keeper.ts";
