import { expect, test } from "vitest";
import { logTroubleLine } from "../../src/supervisor/log-trouble.ts";

const of = { key: "web:web", stream: "stderr" } as const;
test.each([
  [
    { type: "logTrouble", ...of, errno: "ENOSPC", dropped: 0 },
    "error",
    "cannot log the stderr of web:web: ENOSPC; its output is being dropped",
  ],
  [
    { type: "logTrouble", ...of, errno: null, dropped: 7 },
    "warn",
    "output of web:web is logged again; 7 bytes of its stderr were lost",
  ],
  [
    { type: "eventsLost", key: "web:web", events: 1, bytes: 7 },
    "error",
    "an event of web:web (7 bytes that it has written) went lost: too much at a time for listeners to be told of",
  ],
  [
    { type: "eventsLost", key: "web:web", events: 20, bytes: 65536 },
    "error",
    "20 events of web:web (65536 bytes that it has written) went lost: too much at a time for listeners to be told of",
  ],
] as const)("%o is logged", (event, level, text) => {
  expect(logTroubleLine(event)).toEqual([level, text]);
});
