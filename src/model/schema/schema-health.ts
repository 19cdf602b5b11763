import * as z from "zod";
import { PROCESS_APPLY } from "../plan/apply.ts";
import { between, option, positiveDuration, text } from "./schema-option.ts";

const PORT = 'a port from 1 to 65535, or "host:port"';
const URL_TEXT = "a URL that begins with http:// or https://";

/** What it comes to is seen when the variables in it are known: each copy of a program may have a port of its own. */
const template = (error: string) => z.string().regex(/%\(/, { error });

const ready = z
  .strictObject(
    {
      http: option(
        z.union([z.url({ protocol: /^https?$/, error: URL_TEXT }), template(URL_TEXT)], { error: URL_TEXT }),
        {
          about: "Ready once this URL answers with a status from 200 to 399.",
          ts: "string",
          sample: '"http://127.0.0.1:3000/healthz"',
          apply: PROCESS_APPLY.ready,
        },
      ),
      tcp: option(
        z.union([between(1, 65535, PORT), z.string().regex(/^(?:.+:)?\d{1,5}$/, { error: PORT }), template(PORT)], {
          error: PORT,
        }),
        {
          about: "Ready once this port (on 127.0.0.1 unless a host is given) accepts a connection.",
          ts: "string | number",
          sample: "5432",
          apply: PROCESS_APPLY.ready,
        },
      ),
      exec: option(text.min(1, { error: "a command" }), {
        about: "Ready once this command ends with status 0.",
        ts: "string",
        sample: '"pg_isready -q"',
        apply: PROCESS_APPLY.ready,
      }),
      log: option(text.min(1, { error: "a regular expression" }), {
        about: "Ready once a line of output matches this regular expression, its colours left aside.",
        ts: "string",
        sample: '"listening on"',
        apply: PROCESS_APPLY.ready,
      }),
      interval: option(positiveDuration, {
        about: "Seconds between two checks.",
        ts: "Duration",
        fallback: "1",
        apply: PROCESS_APPLY.ready,
      }),
      timeout: option(positiveDuration, {
        about: "Seconds after which one check counts as failed.",
        ts: "Duration",
        fallback: "1",
        apply: PROCESS_APPLY.ready,
      }),
    },
    { error: "an object such as { tcp: 5432 }" },
  )
  .meta({ id: "ReadyConfig", description: "A readiness check: exactly one of http, tcp, exec and log." });

/** What is known about the health of a program. */
export const health = z
  .strictObject(
    {
      ready: option(ready, {
        about: "How to find out that the program can do its work.",
        ts: "ReadyConfig",
        fallback: "ready as soon as it is RUNNING",
        sample: "{ tcp: 5432 }",
        apply: PROCESS_APPLY.ready,
      }),
    },
    { error: "an object such as { ready: { tcp: 5432 } }" },
  )
  .meta({ id: "HealthConfig", description: "What is known about the health of a program." });
