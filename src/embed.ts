export { createSupervisor, Supervisor } from "./embed/create-supervisor.ts";
export type { EmbedOptions } from "./embed/create-supervisor.ts";
export { ConfigError } from "./embed/config-error.ts";
export { NotReadyError } from "./client/sup-client.ts";
export { ApiError } from "./client/api-client.ts";
export type { EventsOptions, LogItem, LogsOptions, Names, SupEvent } from "./client/sup-client.ts";
export type { LogLine } from "./client/log-lines.ts";
export type { Config, ProgramConfig } from "./model/config.ts";
export type {
  ActionResult,
  ConfigStatus,
  PlanReport,
  PlanStep,
  ProcessReport,
  ProcessState,
  StatusReport,
  StreamItem,
  StreamName,
} from "./protocol/api.ts";
