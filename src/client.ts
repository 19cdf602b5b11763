export { connect, NotReadyError, SupClient } from "./client/sup-client.ts";
export type { ConnectOptions, EventsOptions, LogItem, LogsOptions, Names, SupEvent } from "./client/sup-client.ts";
export type { LogLine } from "./client/log-lines.ts";
export { ApiError } from "./client/api-client.ts";
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
