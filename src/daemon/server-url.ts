import type { ServerSpec } from "../model/model.ts";

/**
 * SUPERVISOR_SERVER_URL of programs that do not say otherwise: the first unix server, else the last inet one, as Supervisor
 * has it; `null` without servers.
 */
export function serverUrlOf(servers: readonly ServerSpec[]): string | null {
  for (const server of servers) if (server.kind === "unix") return `unix://${server.file}`;
  const inet = servers.findLast((server) => server.kind === "inet");
  return inet === undefined ? null : `http://${hostInUrl(inet.host)}:${inet.port}`;
}

function hostInUrl(host: string): string {
  if (host === "") return "localhost";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
