import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { errnoOf } from "../kernel/errno.ts";

/**
 * The user database's entry of a uid; `null` if there is none. Asks `getent` for users that are not in /etc/passwd. Rejects with
 * the system's error if that cannot be found out now: a lack of descriptors or processes makes nobody unknown.
 */
export async function findUser(uid: number): Promise<{ readonly name: string; readonly gid: number } | null> {
  let local = "";
  try {
    local = fs.readFileSync("/etc/passwd", "utf8");
  } catch (error) {
    if (!PERMANENT.has(errnoOf(error))) throw error;
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
  return await new Promise((answer, fail) => {
    execFile("getent", ["passwd", String(uid)], { cwd: "/" }, (error, stdout) => {
      // A number is its exit status: it was run, and does not know.
      if (typeof error?.code === "string" && !PERMANENT.has(errnoOf(error))) fail(error);
      else answer(error === null ? stdout : "");
    });
  });
}

/** There is no such file or program here, or it is not for us: no use in waiting. */
const PERMANENT: ReadonlySet<string> = new Set(["ENOENT", "EACCES", "EPERM"]);
