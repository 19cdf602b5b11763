import type { KeeperSnapshot } from "../protocol/keeper.ts";

/**
 * The answer to a supervisor's `snapshot` as JSON, in pieces: an entry, or an event, each. Events that wait for a listener are
 * entries, and news that nobody has acknowledged are up to 8 MiB; as one text it would be all of that once more.
 */
export function* snapshotText(id: number, { saved, pending, ...rest }: KeeperSnapshot): Generator<string> {
  const head = JSON.stringify({ op: "result", id, result: rest });
  yield `${head.slice(0, -"}}".length)},"saved":`;
  yield* entriesText(saved);
  yield ',"pending":[';
  let comma = "";
  for (const event of pending) {
    yield comma + JSON.stringify(event);
    comma = ",";
  }
  yield "]}}";
}

function* entriesText(entries: Readonly<Record<string, string>>): Generator<string> {
  let comma = "{";
  for (const name in entries) {
    yield `${comma}${JSON.stringify(name)}:${JSON.stringify(entries[name])}`;
    comma = ",";
  }
  yield comma === "{" ? "{}" : "}";
}
