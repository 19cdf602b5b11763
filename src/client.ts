export { connect, NotReadyError, SupClient } from "./client/sup-client.ts";
export type { ConnectOptions, EventsOptions, LogItem, LogsOptions, Names, SupEvent } from "./client/sup-client.ts";
export type { LogLine } from "./client/log-lines.ts";
export { ApiError } from "./client/api-client.ts";
export type {
  ActionResult,
  ConfigStatus,
  Member,
  PlanReport,
  PlanStep,
  ProcessReport,
  ProcessState,
  ProgramTree,
  StatusReport,
  StreamItem,
  StreamName,
  UpgradeReport,
} from "./protocol/api.ts";
