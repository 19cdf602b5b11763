import type { SharedSocket } from "../../protocol/keeper.ts";
import { listenWithoutAccepting, type Listening } from "./listen-without-accepting.ts";

/**
 * The listening sockets of FastCGI groups, held here so that a restart of a program refuses no client: connections wait
 * in the kernel's queue meanwhile. Supervisor closes such a socket with the last process, even if that is about to be
 * started again. Here whoever decides about the group says when to close it.
 *
 * A later keeper cannot get at the socket of programs that it has adopted (a descriptor of another process cannot be opened
 * if it is a socket). It must not take their clients away by binding anew, so it refuses until they are gone.
 */
export class SharedSockets {
  readonly #open = new Map<string, { readonly spec: string; readonly listening: Promise<Listening> }>();
  /** Program to the name of the socket it was last started with. */
  readonly #users = new Map<string, string>();
  readonly #lives: (program: string) => boolean;
  readonly #tell: (socket: SharedSocket, now: "created" | "closed") => void;
  readonly #specs = new Map<string, SharedSocket>();

  /** `lives`: the program of that key is running, or about to be. */
  constructor(lives: (program: string) => boolean, tell: (socket: SharedSocket, now: "created" | "closed") => void) {
    this.#lives = lives;
    this.#tell = tell;
  }

  /** The socket's descriptor; it is created if need be. Rejects with an error whose message is the reason. */
  async take(socket: SharedSocket, program: string): Promise<number> {
    const spec = JSON.stringify(socket);
    const known = this.#open.get(socket.name);
    if (known?.spec === spec) {
      this.#users.set(program, socket.name);
      return (await known.listening).fd;
    }
    const user = this.#userOf(socket.name, program);
    if (user !== null) {
      throw new Error(
        known === undefined
          ? `${user} was started by an earlier keeper and still listens on it: stop the whole group, then start it`
          : `${user} still listens on it as it was configured before: stop the whole group, then start it`,
      );
    }
    this.#users.set(program, socket.name);
    // From here on it is the one of that name: whoever is started with it in this very turn shares it.
    const listening = this.#replace(known?.listening, this.#specs.get(socket.name), socket);
    const opened = { spec, listening };
    this.#open.set(socket.name, opened);
    this.#specs.set(socket.name, socket);
    try {
      return (await listening).fd;
    } catch (error) {
      if (this.#open.get(socket.name) === opened) this.#open.delete(socket.name);
      throw error;
    }
  }

  async #replace(
    known: Promise<Listening> | undefined,
    before: SharedSocket | undefined,
    socket: SharedSocket,
  ): Promise<Listening> {
    // One that could not be had was told of by whoever asked for it.
    const open = await known?.catch(() => null);
    open?.close();
    if (open && before !== undefined) this.#tell(before, "closed");
    const listening = await listenWithoutAccepting(socket);
    this.#tell(socket, "created");
    return listening;
  }

  /** Closes a socket that no program uses. False if there is none, or one uses it. */
  async close(name: string): Promise<boolean> {
    const known = this.#open.get(name);
    const spec = this.#specs.get(name);
    if (known === undefined || spec === undefined || this.#userOf(name, null) !== null) return false;
    this.#open.delete(name);
    (await known.listening).close();
    this.#tell(spec, "closed");
    return true;
  }

  /** Programs hold on to what they have. */
  closeAll(): void {
    for (const { listening } of this.#open.values()) {
      listening.then(
        (socket) => socket.close(),
        () => undefined,
      );
    }
    this.#open.clear();
  }

  /** A program of an earlier keeper has a socket of that name. */
  adopt(program: string, name: string): void {
    this.#users.set(program, name);
  }

  /** The name of the socket that the program was last started with. */
  nameFor(program: string): string | null {
    return this.#users.get(program) ?? null;
  }

  forget(program: string): void {
    this.#users.delete(program);
  }

  #userOf(name: string, besides: string | null): string | null {
    for (const [program, used] of this.#users) {
      if (used === name && program !== besides && this.#lives(program)) return program;
    }
    return null;
  }
}
