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
 * What `len` counts makes a difference beyond ASCII only: a listener that reads bytes and is told characters takes the rest
 * for the next header; one that reads text (`sys.stdin.read(len)` in Python 3) and is told bytes waits for more than there
 * is. Supervisor counts characters; docs/decisions/006-event-length.md says who gets what here.
 */
export function eventEnvelope(envelope: Envelope, unit: LengthUnit): Uint8Array {
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
