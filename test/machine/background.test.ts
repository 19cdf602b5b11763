import { expect, test } from "vitest";
import { explain } from "../../src/machine/explain.ts";
import { exitedWith, policy, Transcript } from "./support.ts";

const background = "it put itself into the background: ...";

test("a program that puts itself into the background is given up at once, whatever its retries, with the reason", () => {
  const play = new Transcript({ startretries: 3 })
    .feed({ type: "start" }, { type: "spawned", pid: 7 })
    .feed({ ...exitedWith(0), background });
  expect(play.lines.slice(3)).toEqual([
    "0 BACKOFF from:STARTING tries:1",
    "0 warn: exited: web (exit status 0; not expected)",
    "0 FATAL from:BACKOFF",
    `0 warn: gave up: web entered FATAL state, ${background}`,
  ]);
  expect(play.life).toMatchObject({ state: "FATAL", cause: "background", tries: 1, spawnerr: background });
  expect(explain(policy, play.life, { now: 0 })).toBe(background);
  play.until(100);
  expect(play.life.state).toBe("FATAL");
});

test("after startsecs, or without any, its end is an end like any other", () => {
  const late = new Transcript({ autorestart: false }).feed({ type: "start" }, { type: "spawned", pid: 7 });
  expect(late.until(5).feed({ ...exitedWith(0), background }).life.state).toBe("EXITED");
  const none = new Transcript({ startsecs: 0, autorestart: false }).feed({ type: "start" });
  none.feed({ type: "spawned", pid: 7 }, { ...exitedWith(0), background });
  expect(none.life.state).toBe("EXITED");
});
