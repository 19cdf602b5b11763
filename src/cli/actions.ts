// The bundle of all that `sup` does with a daemon, loaded for the command that is carried out (`program.ts`).
export { candidates } from "./help/completions.ts";
export { completionScript } from "./help/completion-scripts.ts";
export { control } from "./commands/control.ts";
export { down } from "./commands/down.ts";
export { findProject } from "./running/find-project.ts";
export { init } from "./commands/init.ts";
export { logs } from "./commands/logs.ts";
export { pid } from "./commands/pid.ts";
export { plan } from "./commands/plan.ts";
export { ps } from "./commands/ps.ts";
export { shell } from "./commands/shell.ts";
export { status } from "./commands/status.ts";
export { systemdUnit } from "./commands/systemd-unit.ts";
export { up } from "./commands/up.ts";
export { upgrade } from "./commands/upgrade.ts";
