import * as z from "zod";
import { PROCESS_APPLY } from "../plan/apply.ts";
import type { EventName } from "../config.ts";
import { EVENT_TYPES } from "../event-types.ts";
import type { ListenerEvent } from "../listener-event.ts";
import { environment, option, required, text, user, wholeNumber } from "./schema-option.ts";
import { programShape } from "./schema-program.ts";
import { stream } from "./schema-stream.ts";

const stderr = stream("stderr");
// Compilers and editors are told of the names alone; one of another case does too, and whatever else is written is told
// with what was meant.
const eventName = z
  .union([z.enum(EVENT_TYPES), text], { error: "the name of an event" })
  .meta({ editors: { enum: EVENT_TYPES } }) as unknown as z.ZodType<EventName, EventName>;

export const eventlistenerSchema = z
  .strictObject(
    {
      ...programShape,
      events: required(z.array(eventName).readonly(), {
        about: "Events it is told of; a type includes its subtypes.",
        ts: "readonly EventName[]",
        sample: '["PROCESS_STATE_EXITED"]',
        apply: "replace",
      }),
      bufferSize: option(wholeNumber, {
        about:
          "How many events are kept while every process of the pool is busy, 1 or more; of large ones as many as go into 8 MiB, which all pools share.",
        ts: "number",
        fallback: "10",
        apply: "replace",
      }),
    },
    { error: "an object with command and events" },
  )
  .meta({ id: "EventlistenerConfig", description: "A pool of programs that are told of events over their stdin." });

export const listenerSchema = z
  .strictObject(
    {
      events: required(z.array(eventName).readonly(), {
        about: "Events it is told of; a type includes its subtypes.",
        ts: "readonly EventName[]",
        sample: '["PROCESS_STATE_EXITED"]',
        apply: "replace",
      }),
      // The evaluator keeps the function and leaves a mark in its place: see take-handlers.ts.
      handler: required(z.literal(true, { error: "a function" }) as unknown as z.ZodType<Handler, Handler>, {
        about:
          "Called with one event at a time, in a process of its own. If it throws or rejects, it gets the event again later.",
        ts: "(event: ListenerEvent) => void | Promise<void>",
        sample: "(event) => console.log(event.name)",
        apply: "restart",
      }),
      bufferSize: option(wholeNumber, {
        about:
          "How many events are kept while the handler is busy, 1 or more; of large ones as many as go into 8 MiB, which all pools share.",
        ts: "number",
        fallback: "10",
        apply: "replace",
      }),
      user: option(user, {
        about: "User to run the handler as, by name or uid.",
        ts: "string | number",
        fallback: "the owner of the config if the daemon is root's, else the user of the daemon",
        apply: PROCESS_APPLY.uid,
      }),
      environment: option(environment, {
        about: "Environment variables, added to those of the daemon.",
        ts: "Environment",
        fallback: "{}",
        sample: '{ WEBHOOK: "https://chat.example/hook" }',
        apply: PROCESS_APPLY.environment,
      }),
      stderrLogfile: stderr.Logfile,
    },
    { error: "an object such as { events: [...], handler: (event) => ... }" },
  )
  .meta({ id: "ListenerConfig", description: "A listener written in the config itself: a function of events." });

type Handler = (event: ListenerEvent) => void | Promise<void>;
