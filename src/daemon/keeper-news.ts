import type { KeeperEvent } from "../protocol/keeper.ts";
import { socketLine } from "../supervisor/idle-sockets.ts";
import type { DroppedBytes } from "./dropped-bytes.ts";
import { takeSignal, type SignalledDaemon } from "./take-signal.ts";
import { RECORDS, type Troubles } from "./troubles.ts";

/** Takes what the keeper tells: what concerns the daemon as a whole, and hands on the rest to the supervisor. */
export function keeperNews(
  daemon: SignalledDaemon,
  dropped: DroppedBytes,
  troubles: Troubles,
): (event: KeeperEvent) => void {
  const { log, supervisor } = daemon;
  return (event) => {
    if (event.type === "relayed") return takeSignal(event.signal, daemon);
    if (event.type === "socket") return log("info", socketLine(event));
    if (event.type === "logTrouble") dropped.note(event);
    if (event.type === "recordTrouble") {
      troubles.note(RECORDS, event.errno);
      if (event.errno === null) log("warn", `programs can be recorded again, after ${event.failed} failures`);
      else log("error", `${RECORDS}: ${event.errno}`);
    }
    supervisor.handleKeeperEvent(event);
  };
}
