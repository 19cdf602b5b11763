import type { Session } from "./session.ts";

/** One thing that can be asked of the daemon (or of the shell). */
export interface Action {
  readonly name: string;
  /** Lines that `help NAME` prints. */
  readonly help: readonly string[];
  /** What its arguments are, for completion. */
  readonly completes?: "processes" | "groups" | "actions";
  /**
   * Does it. Results go to `session.say`, problems also to `session.fail`.
   *
   * @param args all that follows the action's name, trimmed.
   * @throws whatever went wrong unexpectedly; the caller prints the generic error line.
   */
  run(session: Session, args: string): Promise<void>;
}

/** Arguments are separated by blanks; there is no quoting. */
export function words(args: string): string[] {
  return args.split(/\s+/).filter((word) => word !== "");
}

/** Says why not, and fails with 1. */
export function refuse(session: Session, message: string): void {
  session.say(message);
  session.fail(1);
}

/** Refuses a misuse, and prints the action's help. */
export function misuse(session: Session, action: { readonly help: readonly string[] }, message: string): void {
  refuse(session, message);
  for (const line of action.help) session.say(line);
}
