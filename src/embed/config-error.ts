/** A config with mistakes: nothing was started, or nothing was changed. The message names all of them, each with its path. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
