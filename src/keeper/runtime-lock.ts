import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "./kernel/errno.ts";
import { holderOf } from "./sockets/socket-holder.ts";

/**
 * Makes sure that one keeper owns a runtime folder. On Linux the lock is an abstract socket: the kernel frees it with the
 * process, however that ends, and no file can be left behind or deleted by a cleaner. Elsewhere it is a socket in the folder.
 * Whoever comes second can ask it for the owner's pid. Resolves with `null` if the lock was got, else with that pid (0 if
 * the owner did not say).
 *
 * An abstract name has no owner and no mode: any user may take it, and keep the daemon from starting. So there are several
 * names, and one that is held by a process of another user is passed over.
 *
 * A keeper that ends removes its folder before it lets go of the lock, at any moment for whoever comes next: on Linux the folder need
 * not be there, only the one that it is in.
 */
export async function lockRuntime(folder: string): Promise<number | null> {
  const owner = await findKeeper(folder);
  if (owner !== null) return owner;
  for (const address of addressesOf(folder)) {
    // A socket file without a listener is what a killed keeper leaves.
    if (!address.startsWith("\0")) fs.rmSync(address, { force: true });
    if (await listen(address)) return null;
    const faster = await askOwner(address, folder);
    if (faster !== null) return faster;
  }
  return 0;
}

/** The pid of the keeper that owns a folder (0 if it did not say); `null` if none does. Changes nothing. */
export async function findKeeper(folder: string): Promise<number | null> {
  if (!fs.existsSync(dirname(folder))) return null;
  try {
    // All at once: as a rule nobody is there.
    const owners = await Promise.all(addressesOf(folder).map((address) => askOwner(address, folder)));
    return owners.find((owner) => owner !== null) ?? null;
  } catch (error) {
    // A temporary one goes with its keeper, at any moment.
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

function addressesOf(folder: string): string[] {
  if (process.platform !== "linux") return [join(folder, "keeper.lock")];
  const path = join(fs.realpathSync(dirname(folder)), basename(folder));
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return Array.from({ length: NAMES }, (_, at) => `\0sup-keeper-${hash}${at === 0 ? "" : `-${at}`}`);
}

const NAMES = 4;

async function listen(address: string): Promise<boolean> {
  const server = net.createServer((connection) => {
    connection.on("error", () => undefined);
    // Whoever does not hang up, and any user may call, is to have no descriptor of ours.
    connection.end(String(process.pid), () => connection.destroy());
  });
  return await new Promise((answer, fail) => {
    server.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") answer(false);
      else fail(error);
    });
    server.listen(address, () => {
      server.unref();
      answer(true);
    });
  });
}

/** `null`: nobody listens, or a stranger does. */
async function askOwner(address: string, folder: string): Promise<number | null> {
  const said = await ask(address);
  if (said === null || !address.startsWith("\0")) return said;
  const trusted = [process.geteuid?.() ?? 0, fs.statSync(dirname(folder)).uid];
  return holderOf(address, trusted, said) === "stranger" ? null : said;
}

/** What it says; 0 if it does not. `null`: nobody listens. */
async function ask(address: string): Promise<number | null> {
  return await new Promise((answer) => {
    let said = "";
    const connection = net.connect(address);
    connection.setTimeout(1000, () => connection.destroy());
    connection.on("data", (chunk) => {
      said += chunk.toString("latin1");
      if (said.length > 100) connection.destroy();
    });
    connection.on("error", (error) => {
      answer("code" in error && (error.code === "ECONNREFUSED" || error.code === "ENOENT") ? null : 0);
    });
    connection.on("close", () => answer(Number(said) || 0));
  });
}
