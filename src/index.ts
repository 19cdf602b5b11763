export { defineConfig } from "./model/define-config.ts";
export type { ConfigContext, ConfigExport } from "./model/define-config.ts";
export type {
  Bytes,
  Condition,
  Config,
  DependsOn,
  Duration,
  Environment,
  EventlistenerConfig,
  EventName,
  FcgiProgramConfig,
  GroupConfig,
  HealthConfig,
  InetHttpServerConfig,
  LogFile,
  LogLevel,
  Mode,
  ProgramConfig,
  ReadyConfig,
  SupervisorctlConfig,
  SupervisordConfig,
  UnixHttpServerConfig,
} from "./model/config.ts";
