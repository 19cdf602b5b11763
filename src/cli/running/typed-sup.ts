/**
 * How `sup` is called, for hints: as it was this time, since in a project that has it installed no shell finds it without `npx`.
 *
 * @param config what `-c` names, if it is needed
 */
export function typedSup(config?: string): string {
  const sup = process.env["npm_lifecycle_event"] === "npx" ? "npx sup" : "sup";
  return config === undefined ? sup : `${sup} -c ${quoted(config)}`;
}

/** As a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
