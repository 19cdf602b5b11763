// A supervisor for the keeper's tests: keeps three programs running and appends what happens to the file SUP_TEST_REPORT.
// Its only state is the number of the last exit it dealt with, saved with the acknowledgement.
import { appendFileSync } from "node:fs";
import { Socket } from "node:net";
import { connectKeeper } from "../../src/keeper/connection.ts";
import type { KeptEvent } from "../../src/protocol/keeper.ts";

const keeper = connectKeeper(new Socket({ fd: 3, readable: true, writable: true }));
const report = process.env["SUP_TEST_REPORT"] ?? "";
const script = process.env["SUP_TEST_SCRIPT"] ?? "exit 3";
const silent = process.env["SUP_TEST_SILENT"] === "1";
const keys = ["a:a", "b:b", "c:c"];
const say = (line: string): void => appendFileSync(report, `${line}\n`);
const log = { path: `${report}.log`, maxbytes: 0, backups: 0, stripAnsi: false, captureMaxbytes: 0, events: false };
let handled = 0;
let ending = false;

async function start(key: string, incarnation: number): Promise<void> {
  const result = await keeper.start({
    key,
    incarnation,
    file: "/bin/sh",
    argv: ["sh", "-c", script, key],
    environment: { PATH: "/usr/bin:/bin", SUP_TEST_REPORT: process.env["SUP_TEST_REPORT"] ?? "" },
    directory: null,
    umask: null,
    uid: null,
    logs: { stdout: log, stderr: "stdout" },
    stop: { signal: 15, waitsecs: 1, stopasgroup: false, killasgroup: true },
  });
  if (result.ok) say(`started ${key} ${incarnation} ${result.pid}`);
}

function exited(event: KeptEvent): void {
  if (event.type !== "exit" || event.seq <= handled) return;
  handled = event.seq;
  say(`exit ${event.key} ${event.incarnation} ${event.unknown ? "unknown" : (event.code ?? event.signal)}`);
  keeper.acknowledge(event.seq, { handled: String(handled) });
  if (!ending) void start(event.key, event.incarnation + 1);
}

async function end(signal: string): Promise<void> {
  say(`relayed ${signal}`);
  if (silent) return;
  ending = true;
  await Promise.all(keys.map((key) => keeper.signal(key, 9, "group")));
  await keeper.quit({ force: true, status: 7 });
  process.exit(0);
}

keeper.events.onEvent((event) => {
  if ("seq" in event) exited(event);
  else if (event.type === "relayed" && event.signal === "TERM") void end(event.signal);
  else if (event.type === "relayed") say(`relayed ${event.signal}`);
});
keeper.events.onClose(() => process.exit(1));
const snapshot = await keeper.snapshot();
handled = Number(snapshot.saved["handled"] ?? 0);
say(`supervisor ${process.pid} keeper ${snapshot.pid} restarts ${snapshot.restarts}`);
for (const event of snapshot.pending) exited(event);
for (const key of keys) {
  const known = snapshot.processes.find((each) => each.key === key);
  if (known === undefined) void start(key, 1);
  else if (known.pid === 0 && !snapshot.pending.some((event) => event.key === key))
    void start(key, known.incarnation + 1);
  else if (known.pid !== 0) say(`kept ${key} ${known.incarnation} ${known.pid}${known.adopted ? " adopted" : ""}`);
}
