/** The name of a system error, such as `ENOSPC`; `EIO` for what is not a system error. */
export function errnoOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : "EIO";
}
