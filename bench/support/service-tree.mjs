import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A folder of services under runit's or s6's scanner, one service for each command. */
export class ServiceTree {
  constructor(place, kind, commands) {
    this.kind = kind;
    const room = place.room(kind);
    this.services = commands.map((command, index) => {
      const service = join(room, `s${index}`);
      mkdirSync(service);
      writeFileSync(join(service, "run"), `#!/bin/sh\nexec ${command.join(" ")}\n`, { mode: 0o755 });
      return service;
    });
    const scanner = kind === "runit" ? [place.peer("runsvdir"), room] : [place.peer("s6-svscan"), "-c", "2000", room];
    this.env = place.env;
    const child = spawn(scanner[0], scanner.slice(1), { stdio: "ignore", env: place.env, detached: true });
    this.child = place.own(child);
  }

  /** HUP to runsvdir, TERM to s6-svscan: each ends its services and then itself. Milliseconds until no service is left. */
  async stop() {
    const start = process.hrtime.bigint();
    const ended = once(this.child, "exit");
    this.child.kill(this.kind === "runit" ? "SIGHUP" : "SIGTERM");
    await ended;
    while (this.services.some((service) => supervised(service, this.kind))) await sleep(2);
    return Number(process.hrtime.bigint() - start) / 1e6;
  }
}

/** runsv notes the pid of the program in the service's folder, and empties the note when it is down. */
function supervised(service, kind) {
  if (kind !== "runit") return false;
  try {
    return readFileSync(join(service, "supervise/pid"), "utf8") !== "";
  } catch {
    return false;
  }
}
