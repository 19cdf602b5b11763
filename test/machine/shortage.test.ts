import { expect, test } from "vitest";
import { Transcript } from "./support.ts";

const noRoom = { type: "spawnFailed", message: "too many open files to spawn 'web'", shortage: true } as const;

test("a shortage costs no retry: the program waits for room as long as it takes", () => {
  const play = new Transcript({ startretries: 1 }).feed({ type: "start" });
  for (let attempt = 1; attempt <= 10; attempt++) {
    play.feed(noRoom);
    expect(play.life).toMatchObject({ state: "BACKOFF", backoff: 0, spawnerr: noRoom.message });
    play.until(attempt * 3);
    expect(play.life).toMatchObject({ state: "STARTING", incarnation: attempt + 1 });
  }
  play.feed({ type: "spawned", pid: 7 });
  play.until(40);
  expect(play.life.state).toBe("RUNNING");
});

test("a failure of its own still counts after a shortage", () => {
  const play = new Transcript({ startretries: 0 }).feed({ type: "start" }, noRoom);
  play.until(3).feed({ type: "spawnFailed", message: "can't find command 'x'" });
  expect(play.life).toMatchObject({ state: "FATAL", tries: 1 });
});

test("who waits for room can be stopped", () => {
  const play = new Transcript().feed({ type: "start" }, noRoom, { type: "stop" });
  expect(play.life.state).toBe("STOPPED");
  play.until(10);
  expect(play.life.state).toBe("STOPPED");
});

test("a shortage while the daemon goes down is an ordinary failure", () => {
  const play = new Transcript({ startretries: 0 }).feed({ type: "start" });
  play.accepting = false;
  play.feed(noRoom);
  expect(play.life.state).toBe("FATAL");
});
