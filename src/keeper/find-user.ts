import { execFile } from "node:child_process";
import * as fs from "node:fs";

/** The user database's entry of a uid; `null` if there is none. Asks `getent` for users that are not in /etc/passwd. */
export async function findUser(uid: number): Promise<{ readonly name: string; readonly gid: number } | null> {
  let local = "";
  try {
    local = fs.readFileSync("/etc/passwd", "utf8");
  } catch {
    // Then getent has to know.
  }
  return entryOf(local, uid) ?? entryOf(await getent(uid), uid);
}

function entryOf(passwd: string, uid: number): { name: string; gid: number } | null {
  for (const line of passwd.split("\n")) {
    const [name = "", , id, gid] = line.split(":");
    if (name !== "" && id === String(uid)) return { name, gid: Number(gid) };
  }
  return null;
}

async function getent(uid: number): Promise<string> {
  return await new Promise((answer) => {
    execFile("getent", ["passwd", String(uid)], { cwd: "/" }, (error, stdout) => answer(error === null ? stdout : ""));
  });
}
