import type { GroupSpec } from "../model/model.ts";
import type { SharedSocket } from "../protocol/keeper.ts";

/** The socket that all processes of a group have as their stdin; `null` for groups of any other kind. */
export function sharedSocketOf(group: GroupSpec | undefined): SharedSocket | null {
  if (group === undefined || group.fcgi === null) return null;
  const { socket, owner, mode, backlog } = group.fcgi;
  const url = socket.kind === "unix" ? `unix://${socket.path}` : `tcp://${socket.host}:${socket.port}`;
  return { name: group.name, url, address: socket, owner, mode, backlog };
}
