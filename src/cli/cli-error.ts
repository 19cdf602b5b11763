/** What ends a command with a message instead of a stack trace. Only the entry prints it and chooses the exit status. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly hint: string | null;
  readonly status: number;

  constructor(
    message: string,
    options: { readonly hint?: string; readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.hint = options.hint ?? null;
    this.status = options.status ?? 1;
  }
}
