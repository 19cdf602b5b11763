import type { World } from "../../../src/model/world.ts";

/** A machine with two users and a few folders, the same everywhere. */
export function testWorld(env: Readonly<Record<string, string>> = {}): World {
  const users = new Map([
    ["root", { uid: 0, gid: 0 }],
    ["web", { uid: 1000, gid: 1000 }],
  ]);
  const folders = new Set(["/", "/etc", "/srv", "/var", "/var/log", "/tmp", "/home/web"]);
  return {
    env: { PATH: "/usr/bin", ...env },
    here: "/etc",
    cwd: "/srv",
    hostNodeName: "box",
    expandUser: (path) => path.replace(/^~(?=\/|$)/, "/home/web"),
    isDirectory: (path) => folders.has(path.replace(/(?<=.)\/$/, "")),
    findUser: (name) => users.get(name) ?? [...users.values()].find((user) => String(user.uid) === name) ?? null,
    readEnvFile: (file) =>
      file === "/etc/app.env"
        ? { ok: true, variables: { COLOR: "blue", PORT: "1" } }
        : file === "/etc/more.env"
          ? { ok: true, variables: { PORT: "2" } }
          : { ok: false, missing: file !== "/etc/locked.env", reason: "it cannot be read" },
    findGroup: (name) => ({ root: 0, web: 1000, "0": 0, "1000": 1000 })[name] ?? null,
  };
}
