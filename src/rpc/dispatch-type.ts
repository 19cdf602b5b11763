import type { Decoded, Encodable } from "../protocol/xml-rpc-value.ts";

/** Carries out one remote call. @throws Fault; anything else that is thrown is a mistake of ours. */
export type Dispatch = (method: string, params: readonly Decoded[]) => Promise<Encodable>;
