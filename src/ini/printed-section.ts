/** A part of a config object, ready to print. */
export interface PrintedSection {
  readonly name: string;
  /** Comment lines above it. */
  readonly above: readonly string[];
  readonly options: readonly PrintedOption[];
  /** Comment lines that follow its last option. */
  readonly below: readonly string[];
}

export interface PrintedOption {
  readonly above: readonly string[];
  readonly beside: string;
  readonly name: string;
  value: unknown;
}
