/**
 * What building a model needs to know about the machine. The model is pure, so the config floor hands these facts in.
 */
export interface World {
  /** Environment of the daemon: what `%(ENV_X)s` stands for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute folder of the config file: `%(here)s`, and what `include`, `envFile` and `watch` are relative to. */
  readonly here: string;
  /** Folder that relative paths of the daemon are made absolute against. */
  readonly cwd: string;
  /** Kernel node name: `%(host_node_name)s`. */
  readonly hostNodeName: string;
  /** Expands a leading `~` or `~user`; other paths come back unchanged. */
  expandUser(path: string): string;
  isDirectory(path: string): boolean;
  /** By name or by decimal uid that the user database knows; `null` if there is none. */
  findUser(nameOrUid: string): { readonly uid: number; readonly gid: number } | null;
  /** By name or by decimal gid that the group database knows; `null` if there is none. */
  findGroup(nameOrGid: string): number | null;
  /** The variables of a file of `NAME=value` lines (`.env`), by absolute path. */
  readEnvFile(file: string): EnvFileContents;
  /**
   * How a listener whose handler is a function of the config is run: the words of its command, to which its name is
   * added, and whom to become unless it says so itself. Absent where there are no functions, as in plain data.
   */
  readonly listeners?: { readonly command: readonly string[]; readonly uid: number | null };
}

/** What an env file holds, or why that is not known. */
export type EnvFileContents =
  | { readonly ok: true; readonly variables: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly missing: boolean; readonly reason: string };
