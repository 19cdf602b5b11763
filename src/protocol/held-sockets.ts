/**
 * What keeper and supervisor say about listening sockets, over Node's own channel between a parent and its child, because only
 * that can carry a descriptor. A socket's descriptor travels beside its message.
 *
 * Theory: the supervisor opens its sockets itself, as only it knows how, and leaves a copy of each with the keeper. The keeper
 * never accepts; but as long as it has the copy the socket listens, so while a supervisor is dead clients wait in the kernel's
 * queue instead of being refused. The next supervisor gets the copies before anything else. A keeper that knows nothing of this
 * opens no channel, and a supervisor without a channel opens its sockets anew, as it does at first.
 */
export interface HeldSocket {
  /** What it is, in full: a socket that was to be different has another name. */
  readonly name: string;
  /** Of a unix socket: its file; `null` for TCP. */
  readonly file: string | null;
  /** Device and inode of that file: whether the name still leads to this socket. "" for TCP. */
  readonly identity: string;
}

export type ToKeeper =
  /** With a descriptor. It takes the place of one of the same name. */
  | { readonly op: "hold"; readonly socket: HeldSocket }
  /** Answered by `dropped`, once its copy is closed. */
  | { readonly op: "drop"; readonly name: string };

export type FromKeeper =
  /** The first message: so many `socket` messages follow. */
  | { readonly op: "held"; readonly count: number }
  /** With a descriptor. */
  | { readonly op: "socket"; readonly socket: HeldSocket }
  | { readonly op: "dropped"; readonly name: string };
