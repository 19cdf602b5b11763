import { EVENT_TYPES } from "../model/event-types.ts";

/** A type that a listener can subscribe to. */
export type EventType = (typeof EVENT_TYPES)[number];

/** Types that group others; no event is of one of them. */
export const ABSTRACT_EVENTS = [
  "EVENT",
  "PROCESS_STATE",
  "PROCESS_COMMUNICATION",
  "PROCESS_LOG",
  "SUPERVISOR_STATE_CHANGE",
  "TICK",
  "PROCESS_GROUP",
] as const satisfies readonly EventType[];

/** The type of an event that happens: what `eventname` in its header says. */
export type EventName = Exclude<EventType, (typeof ABSTRACT_EVENTS)[number]>;

/**
 * Whether a pool with these subscriptions gets an event of this name. The tree of types is in their names: a type includes
 * those that continue it, `EVENT` includes all. It is one answer, however many subscriptions match: Supervisor delivers an
 * event once for each of them, which nobody can want.
 *
 * @param subscriptions type names in any case, as configs have them.
 */
export function isSubscribed(subscriptions: readonly string[], name: EventName): boolean {
  return subscriptions.some((subscription) => {
    const type = subscription.toUpperCase();
    return type === "EVENT" || type === name || name.startsWith(`${type}_`);
  });
}
