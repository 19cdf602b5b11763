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

/**
 * An event as a listener reads it from its stdin: one header line, then the payload with nothing after it. One piece,
 * because listeners exist that stall when the two arrive apart.
 *
 * `len` counts bytes, as Supervisor's manual says and every listener that reads bytes needs. Supervisor's code counts
 * characters: with anything beyond ASCII such a listener reads too little there and takes the rest for the next header.
 * The price: a listener that reads its stdin as text asks for `len` characters and, given a payload beyond ASCII, waits for
 * more than there is. It has to read bytes (`sys.stdin.buffer` in Python); for ASCII payloads both ways are the same.
 */
export function eventEnvelope({ server, serial, pool, poolserial, name, payload }: Envelope): Uint8Array {
  const encoder = new TextEncoder();
  const body = encoder.encode(payload);
  const header = encoder.encode(
    `ver:3.0 server:${server} serial:${serial} pool:${pool} poolserial:${poolserial} eventname:${name} len:${body.length}\n`,
  );
  const whole = new Uint8Array(header.length + body.length);
  whole.set(header);
  whole.set(body, header.length);
  return whole;
}
