declare const __SUP_VERSION__: string;

/** Our version, put in at build time. */
export const version: string = __SUP_VERSION__;
