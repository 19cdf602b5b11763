/** Every fault a remote call may answer, with its wire code. Code 5 does not exist; 80 appears only inside result arrays. */
export const FAULTS = {
  UNKNOWN_METHOD: 1,
  INCORRECT_PARAMETERS: 2,
  BAD_ARGUMENTS: 3,
  SIGNATURE_UNSUPPORTED: 4,
  SHUTDOWN_STATE: 6,
  BAD_NAME: 10,
  BAD_SIGNAL: 11,
  NO_FILE: 20,
  NOT_EXECUTABLE: 21,
  FAILED: 30,
  ABNORMAL_TERMINATION: 40,
  SPAWN_ERROR: 50,
  ALREADY_STARTED: 60,
  NOT_RUNNING: 70,
  SUCCESS: 80,
  ALREADY_ADDED: 90,
  STILL_RUNNING: 91,
  CANT_REREAD: 92,
} as const;

export type FaultName = keyof typeof FAULTS;

/**
 * A remote call that is refused: it travels as a `<fault>` document (HTTP 200) and is not a failure of the daemon.
 * `faultString` is the name alone or `NAME: detail`; the detail is usually the name exactly as the caller wrote it.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: number;
  readonly faultString: string;

  constructor(fault: FaultName, detail?: string) {
    const text = detail === undefined ? fault : `${fault}: ${detail}`;
    super(text);
    this.code = FAULTS[fault];
    this.faultString = text;
  }
}
