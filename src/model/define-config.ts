import type { Config } from "./config.ts";

/** What a config file that is a function is told about the run it is for. */
export interface ConfigContext {
  /** What `--mode` says; else `development` for `sup up` in the foreground and `sup check`, `production` for a daemon. */
  readonly mode: "development" | "production";
  /** The command that asked, such as `up` or `check`. */
  readonly command: string;
  /** Name of this machine. */
  readonly host: string;
  /** Environment of the process that asked. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a config file may export. */
export type ConfigExport<Program extends string = string, Fcgi extends string = string> =
  | Config<Program, Fcgi>
  | Promise<Config<Program, Fcgi>>
  | ((context: ConfigContext) => Config<Program, Fcgi> | Promise<Config<Program, Fcgi>>);

/**
 * Types a config file: `export default defineConfig({ ... })`. Returns what it is given.
 *
 * Names in `groups` and `dependsOn` are checked by the compiler against the programs written in the same object. In the
 * function form it points at the function, and does not see options that do not exist; to have it point at the mistake
 * itself, wrap the object too: `defineConfig(({ mode }) => defineConfig({ ... }))`.
 *
 * @param config an object, a promise of one, or a function (async or not) that makes one for the run at hand.
 * @returns the same value. It is typed as the config that it comes to, so that it can be what such a function returns.
 */
// One signature: with overloads, compilers before version 7 point at the call and name every overload, whatever is wrong.
// For the function form nothing does better: a function is checked as a whole once its result has told the names.
export function defineConfig<const Program extends string = never, const Fcgi extends string = never>(
  config: ConfigExport<Program, Fcgi>,
): Config<Program, Fcgi> {
  return config as Config<Program, Fcgi>;
}
