export interface KeeperOptions {
  /** Folder for FIFOs, registry and state, kept from one keeper to the next. Created with mode 0700. */
  readonly folder: string;
  /** Soft limit of open files that programs get; `null` leaves the keeper's own. */
  readonly nofileSoft?: number | null;
  /** Of the program that this is. */
  readonly version?: string;
  /** It ends with whoever holds it. */
  readonly owned?: boolean;
}
