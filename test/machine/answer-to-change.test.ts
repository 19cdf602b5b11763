import { expect, test } from "vitest";
import { answerToChange } from "../../src/machine/answer-to-change.ts";
import { initialLife } from "../../src/machine/life.ts";
import { exitedWith, Transcript } from "./support.ts";

const up = (): Transcript =>
  new Transcript({ autorestart: false }).feed({ type: "start" }, { type: "spawned", pid: 7 });

test("never started: left alone", () => expect(answerToChange(initialLife())).toBe("leave"));
test("STARTING: restarted", () => expect(answerToChange(up().life)).toBe("restart"));
test("RUNNING: restarted", () => expect(answerToChange(up().until(1).life)).toBe("restart"));
test("STOPPING: left alone", () => expect(answerToChange(up().feed({ type: "stop" }).life)).toBe("leave"));
test("STARTING, with a stop that waits for the answer to the start: left alone", () =>
  expect(answerToChange(new Transcript().feed({ type: "start" }, { type: "stop" }).life)).toBe("leave"));
test("stopped by an operator: left alone", () =>
  expect(answerToChange(up().feed({ type: "stop" }, exitedWith(0)).life)).toBe("leave"));
test("EXITED: started", () => expect(answerToChange(up().until(1).feed(exitedWith(0)).life)).toBe("start"));
test("BACKOFF: tried at once", () => expect(answerToChange(up().feed(exitedWith(1)).life)).toBe("restart"));
test("FATAL: started", () => {
  const play = new Transcript({ startretries: 0 }).feed({ type: "start" }, { type: "spawnFailed", message: "no" });
  expect(play.life.state).toBe("FATAL");
  expect(answerToChange(play.life)).toBe("start");
});
test("UNKNOWN: left alone", () => {
  const play = up().until(1).feed({ type: "stop" }, { type: "signalRefused", errno: "EPERM" });
  expect(play.life.state).toBe("UNKNOWN");
  expect(answerToChange(play.life)).toBe("leave");
});
