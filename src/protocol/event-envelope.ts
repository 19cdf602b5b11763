import type { EventName } from "./event-types.ts";

export interface Envelope {
  /** Identifier of the daemon. */
  readonly server: string;
  /** Number of the event among all that some pool took. */
  readonly serial: number;
  readonly pool: string;
  /** Number of the event among those of its pool. */
  readonly poolserial: number;
  readonly name: EventName;
  readonly payload: string;
}

/** What `len` counts. */
export type LengthUnit = "bytes" | "characters";

/**
 * An event as a listener reads it from its stdin: one header line, then the payload with nothing after it. One piece,
 * because listeners exist that stall when the two arrive apart.
 *
 * `len` counts bytes, as Supervisor's manual says and every listener that reads bytes needs. Supervisor's code counts
 * characters: with anything beyond ASCII such a listener reads too little there and takes the rest for the next header.
 * But a listener that reads its stdin as text (`sys.stdin.read(len)` in Python 3) wants characters: given bytes, it waits
 * for more than there is. No number suits both, so a listener can ask for `characters`; docs/decisions/006-event-length.md
 * weighs this. For ASCII payloads both are the same.
 */
export function eventEnvelope(envelope: Envelope, unit: LengthUnit = "bytes"): Uint8Array {
  const { server, serial, pool, poolserial, name, payload } = envelope;
  const encoder = new TextEncoder();
  const body = encoder.encode(payload);
  // Code points, as Python counts.
  const length = unit === "bytes" ? body.length : Array.from(payload).length;
  const header = encoder.encode(
    `ver:3.0 server:${server} serial:${serial} pool:${pool} poolserial:${poolserial} eventname:${name} len:${length}\n`,
  );
  const whole = new Uint8Array(header.length + body.length);
  whole.set(header);
  whole.set(body, header.length);
  return whole;
}
