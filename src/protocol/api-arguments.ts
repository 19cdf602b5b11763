// Written by scripts/generate.mjs from api-schema.ts. Do not edit: change the schemas and run it.
import type { ApiName } from "./api.ts";

/** What an argument has to be: `count` is a whole number from 0, `cursor` a StreamCursor. */
export type ArgumentKind = "texts" | "text" | "flag" | "number" | "count" | "cursor";

/** The arguments of every call and of the stream. */
export const API_ARGUMENTS: Readonly<
  Record<ApiName | "stream", Readonly<Record<string, { readonly kind: ArgumentKind; readonly required: boolean }>>>
> = {
  status: {},
  start: {
    names: { kind: "texts", required: false },
    wait: { kind: "flag", required: false },
    noDeps: { kind: "flag", required: false },
  },
  stop: { names: { kind: "texts", required: false }, wait: { kind: "flag", required: false } },
  restart: {
    names: { kind: "texts", required: false },
    wait: { kind: "flag", required: false },
    noDeps: { kind: "flag", required: false },
  },
  signal: { names: { kind: "texts", required: false }, signal: { kind: "text", required: true } },
  plan: {},
  update: { names: { kind: "texts", required: false } },
  shutdown: {},
  processes: { names: { kind: "texts", required: false } },
  upgrade: { keeper: { kind: "flag", required: false } },
  hurry: { seconds: { kind: "number", required: true } },
  stream: {
    names: { kind: "texts", required: false },
    logs: { kind: "flag", required: false },
    events: { kind: "flag", required: false },
    follow: { kind: "flag", required: false },
    lines: { kind: "count", required: false },
    boot: { kind: "flag", required: false },
    since: { kind: "cursor", required: false },
  },
};
