/**
 * A stream of what happens, for one client: events, and the outputs of the chosen processes.
 *
 * Theory of operation. Events have numbers, and the last of them are kept (event-log.ts). Outputs have positions: the keeper
 * counts the bytes of each, across supervisors and rotated files. A client that comes back with the numbers and positions that
 * it has seen is told the events again from there, and the bytes that are missing are read from the end of the log files, up to
 * where live output begins. What cannot be told is said: as a gap if its size is known, as missed if not.
 */
import { namespec } from "../../model/model.ts";
import { selects } from "../../model/select-processes.ts";
import type { StreamCursor, StreamQuery } from "../../protocol/api.ts";
import type { StreamName } from "../../protocol/keeper.ts";
import { outputKey } from "../../protocol/stream-cursor.ts";
import type { ManagedProcess } from "../../supervisor/managed-process.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import type { EventLog, LoggedEvent } from "./event-log.ts";
import { EventTeller } from "./event-teller.ts";
import type { ItemWriter } from "./item-writer.ts";
import { pastOf, sendPieces, type PastFrom } from "./past-output.ts";
import { PastThenLive } from "./past-then-live.ts";

export interface LiveStreamParts {
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  /** Names the keeper that counts output. */
  readonly keeper: string;
}

/** Where a client was when it left. `outputs` is false if it could not say how far it had heard them. */
export interface Since {
  readonly cursor: StreamCursor;
  readonly outputs: boolean;
}

/**
 * Sends what happens until the client leaves or the daemon ends. Processes that are added while the stream is open join it.
 *
 * @param since of a client that comes back; "unknown" if it said something that is not ours.
 */
export function sendLiveStream(
  parts: LiveStreamParts,
  query: StreamQuery,
  since: Since | "unknown" | null,
  writer: ItemWriter,
): void {
  const { supervisor, events, keeper } = parts;
  const names = query.names ?? [];
  const from: PastFrom = query.boot === true ? "boot" : { lines: query.lines ?? 0 };
  const chosen = (spec: ManagedProcess["spec"]): boolean => selects(names, spec);

  if (query.follow === false) {
    const processes = query.logs === true ? supervisor.processes().filter((process) => chosen(process.spec)) : [];
    sendPasts(supervisor, processes, from, writer).then(
      () => writer.end(),
      (error: unknown) => writer.fail(error as Error),
    );
    return;
  }

  const heard = since === "unknown" ? null : since;
  const outputs = heard?.outputs === true && heard.cursor.keeper === keeper ? heard.cursor.output : null;
  const { life, seq } = events;
  const isBoot = since === null && query.boot === true;
  const again = heard !== null && heard.cursor.life === life ? events.since(heard.cursor.event) : null;
  const event = isBoot ? seq - events.all().length : again === null ? seq : seq - again.length;
  writer.send({ type: "open", cursor: { life, event, keeper, output: outputs ?? {} } });
  if (since !== null && query.events === true && again === null) {
    const reason =
      heard?.cursor.life === life ? "too much has happened since" : "another supervisor process answers now";
    writer.send({ type: "missed", what: "events", reason });
  }
  if (since !== null && query.logs === true && outputs === null) {
    const reason =
      heard === null || heard.outputs
        ? "the daemon was started anew"
        : "these are more outputs than an event's id can hold";
    writer.send({ type: "missed", what: "output", reason });
  }

  // What was written before comes before what happened: a program's last words before its end.
  const isWanted = (event: LoggedEvent): boolean => event.process === null || chosen(event.process);
  const teller =
    query.events === true ? new EventTeller(events, writer, { told: event, isHeld: isBoot, isWanted }) : null;
  teller?.tell();
  const pasts: Promise<void>[] = [];

  const followed = new Map<ManagedProcess, readonly (() => void)[]>();
  const follow = (process: ManagedProcess): void => {
    if (query.logs !== true || followed.has(process) || !chosen(process.spec)) return;
    const outputsOf = STREAMS.map((stream) => followOutput(supervisor, process, stream, { from, outputs }, writer));
    pasts.push(...outputsOf.map(({ past }) => past));
    followed.set(
      process,
      outputsOf.map(({ stop }) => stop),
    );
  };
  for (const process of supervisor.processes()) follow(process);
  const stops = [
    supervisor.bus.subscribe((event) => {
      if (!("process" in event)) return;
      const { process } = event;
      if (!process.retired) return follow(process);
      followed.get(process)?.forEach((stop) => stop());
      followed.delete(process);
    }),
    events.subscribe(({ item }) => {
      if (item.type !== "end") return teller?.tell();
      teller?.tellAll();
      writer.send(item);
      writer.end();
    }),
  ];
  void Promise.all(pasts).then(() => teller?.release());
  writer.onClose(() => {
    for (const stop of [...stops, ...[...followed.values()].flat()]) stop();
  });
}

interface Beginning {
  readonly from: PastFrom;
  /** Positions that the client has heard already; `null` if it is new here. */
  readonly outputs: Readonly<Record<string, number>> | null;
}

interface FollowedOutput {
  readonly stop: () => void;
  /** Resolves when all that was written before has been sent. */
  readonly past: Promise<void>;
}

function followOutput(
  supervisor: Supervisor,
  process: ManagedProcess,
  stream: StreamName,
  { from, outputs }: Beginning,
  writer: ItemWriter,
): FollowedOutput {
  const name = namespec(process.spec);
  const output = new PastThenLive(writer, name, stream);
  let over = (): void => undefined;
  const past = new Promise<void>((resolve) => (over = resolve));
  const stop = supervisor.output.follow(
    process.key,
    stream,
    (item) => output.live(item),
    ({ size, file, position }) => {
      const end = { size, file };
      if (outputs === null)
        return void output.begin(pastOf(supervisor, process, stream, from, end), position).then(over);
      over();
      // One that it does not know began after it had left; one that went back was removed and came again.
      const known = outputs[outputKey(name, stream)] ?? 0;
      const missing = known > position ? position : position - known;
      if (missing === 0) return void output.begin(null, position);
      const bytes = isVerbatim(supervisor, process, stream)
        ? pastOf(supervisor, process, stream, { bytes: missing }, end)
        : null;
      if (bytes === null) output.skip(missing, position);
      else void output.begin(bytes, position);
    },
  );
  const leave = (): void => {
    stop();
    over();
  };
  return { stop: leave, past };
}

/** Whether the log has every byte of the output and nothing else, so that positions can be found in it. */
function isVerbatim(supervisor: Supervisor, process: ManagedProcess, stream: StreamName): boolean {
  return !supervisor.context.stripAnsi && process.spec[stream].captureMaxbytes === 0;
}

/** One stream after the other, so that a process's lines stay together, and only one log's files are open at a time. */
async function sendPasts(
  supervisor: Supervisor,
  processes: readonly ManagedProcess[],
  from: PastFrom,
  writer: ItemWriter,
): Promise<void> {
  for (const process of processes) {
    for (const stream of STREAMS) {
      if (writer.closed) return;
      const past = pastOf(supervisor, process, stream, from);
      if (past !== null) await sendPieces(past(), writer, { namespec: namespec(process.spec), stream });
    }
  }
}

const STREAMS = ["stdout", "stderr"] as const;
