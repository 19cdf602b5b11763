/** Why a configured server cannot be opened, in Supervisor's words where it has any. For the user, without a stack. */
export class ServerProblem extends Error {
  override readonly name = "ServerProblem";
  /** What to do; "" if the message says all. */
  readonly hint: string;

  constructor(message: string, hint = "", options: ErrorOptions = {}) {
    super(message, options);
    this.hint = hint;
  }
}

/** What the system said, in words. @param where the address or path. */
export function whyNotOpened(error: NodeJS.ErrnoException, where: string): ServerProblem {
  const cause = { cause: error };
  if (error.code === "EADDRINUSE") {
    const text =
      "Another program is already listening on a port that one of our HTTP servers is configured to use.  " +
      "Shut this program down first before starting supervisord.";
    return new ServerProblem(text, `it is ${where} that is in use`, cause);
  }
  const name = error.code ?? error.name;
  const number = error.errno === undefined ? "" : ` (${Math.abs(error.errno)})`;
  const reported = LOOKUPS[name] ?? `errno.${name}${number}`;
  const text = `Cannot open an HTTP server: socket.error reported ${reported}`;
  const hint = HINTS[name];
  return new ServerProblem(text, `it is about ${where}${hint === undefined ? "" : `: ${hint}`}`, cause);
}

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EACCES: "this user may not create it",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "nobody could be asked which address this host has",
};

/** What getaddrinfo answers with, which are no error numbers of the system. Libuv has names and numbers of its own for them. */
const LOOKUPS: Readonly<Record<string, number>> = { ENOTFOUND: -2, EAI_NONAME: -2, EAI_AGAIN: -3, EAI_FAIL: -4 };
