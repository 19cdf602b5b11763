import { expect, test } from "vitest";
import { exitedUnknown, exitedWith, killedBy, Transcript } from "./support.ts";

test("a program that fails at once is tried again after 1 and 2 seconds, then given up (B1)", () => {
  const play = new Transcript({ startretries: 2 }).feed({ type: "start" });
  for (const [pid, at] of [
    [11, 0],
    [12, 1],
    [13, 3],
  ] as const)
    play.until(at).feed({ type: "spawned", pid }, exitedWith(1));
  const exited = "warn: exited: web (exit status 1; not expected)";
  expect(play.lines).toEqual([
    "0 STARTING from:STOPPED tries:0",
    "0 spawn 1",
    "0 info: spawned: 'web' with pid 11",
    "0 BACKOFF from:STARTING tries:1",
    `0 ${exited}`,
    "1 STARTING from:BACKOFF tries:1",
    "1 spawn 2",
    "1 info: spawned: 'web' with pid 12",
    "1 BACKOFF from:STARTING tries:2",
    `1 ${exited}`,
    "3 STARTING from:BACKOFF tries:2",
    "3 spawn 3",
    "3 info: spawned: 'web' with pid 13",
    "3 BACKOFF from:STARTING tries:3",
    `3 ${exited}`,
    "3 FATAL from:BACKOFF",
    "3 info: gave up: web entered FATAL state, too many start retries too quickly",
  ]);
  expect(play.life).toMatchObject({
    state: "FATAL",
    exitstatus: null,
    spawnerr: "Exited too quickly (process log may have details)",
    backoff: 0,
  });
});

test("a command that cannot be found counts as a failed attempt (B2)", () => {
  const play = new Transcript({ startretries: 0 }).feed(
    { type: "start" },
    { type: "spawnFailed", message: "can't find command '/nope/x'" },
  );
  expect(play.lines.slice(2)).toEqual([
    "0 info: spawnerr: can't find command '/nope/x'",
    "0 BACKOFF from:STARTING tries:1",
    "0 FATAL from:BACKOFF",
    "0 info: gave up: web entered FATAL state, too many start retries too quickly",
  ]);
});

test("a bad exit after startsecs restarts at once (B3)", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }).until(2).feed(exitedWith(1));
  expect(play.lines.slice(3)).toEqual([
    "1 RUNNING from:STARTING pid:7",
    "1 info: success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)",
    "2 EXITED from:RUNNING expected:0 pid:7",
    "2 warn: exited: web (exit status 1; not expected)",
    "2 STARTING from:EXITED tries:0",
    "2 spawn 2",
  ]);
});

test("an expected exit stays EXITED (B4)", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }).until(2).feed(exitedWith(0));
  expect(play.lines.slice(5)).toEqual([
    "2 EXITED from:RUNNING expected:1 pid:7",
    "2 info: exited: web (exit status 0; expected)",
  ]);
  expect(play.life).toMatchObject({ state: "EXITED", expected: true, exitstatus: 0, spawnerr: "" });
});

test("with startsecs=0 a process is RUNNING as soon as it is spawned (B5)", () => {
  const play = new Transcript({ startsecs: 0, autorestart: false }).feed(
    { type: "start" },
    { type: "spawned", pid: 7 },
    exitedWith(0),
  );
  expect(play.lines.slice(3)).toEqual([
    "0 RUNNING from:STARTING pid:7",
    "0 info: success: web entered RUNNING state, process has stayed up for > than 0 seconds (startsecs)",
    "0 EXITED from:RUNNING expected:1 pid:7",
    "0 info: exited: web (exit status 0; expected)",
  ]);
});

test("status 0 before startsecs is a failed start (B6)", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }, exitedWith(0));
  expect(play.lines.slice(3)).toEqual([
    "0 BACKOFF from:STARTING tries:1",
    "0 warn: exited: web (exit status 0; not expected)",
  ]);
});

test("a process that ignores its stop signal gets SIGKILL every stopwaitsecs (B7)", () => {
  const play = new Transcript({ stopwaitsecs: 2, killasgroup: true }).feed(
    { type: "start" },
    { type: "spawned", pid: 7 },
  );
  play.until(5).take();
  play.feed({ type: "stop" }).until(9).feed(killedBy("SIGKILL"));
  const kill = (at: number): string[] => [
    `${at} warn: killing 'web' (7) with SIGKILL`,
    `${at} debug: killing web (pid 7) process group with signal SIGKILL`,
    `${at} signal 9 to group`,
  ];
  expect(play.lines).toEqual([
    "5 debug: killing web (pid 7) with signal SIGTERM",
    "5 STOPPING from:RUNNING pid:7",
    "5 signal 15 to process",
    ...kill(7),
    ...kill(9),
    "9 STOPPED from:STOPPING pid:7",
    "9 warn: stopped: web (terminated by SIGKILL)",
  ]);
  expect(play.life.exitstatus).toBe(-1);
});

test("a stop that ends with an expected status is logged as info (B8)", () => {
  const play = new Transcript({ stopsignal: 10 }).feed({ type: "start" }, { type: "spawned", pid: 7 }).until(2);
  play.feed({ type: "stop" }, exitedWith(0));
  expect(play.lines.at(-1)).toBe("2 info: stopped: web (exit status 0)");
  expect(play.lines).toContain("2 debug: killing web (pid 7) with signal SIGUSR1");
});

test("a stop while the spawn is in flight is carried out as soon as there is a pid", () => {
  const play = new Transcript({ startsecs: 0, stopasgroup: true }).feed({ type: "start" }, { type: "stop" });
  expect(play.take()).toEqual(["0 STARTING from:STOPPED tries:0", "0 spawn 1"]);
  play.feed({ type: "spawned", pid: 7 });
  expect(play.take()).toEqual([
    "0 info: spawned: 'web' with pid 7",
    "0 debug: killing web (pid 7) process group with signal SIGTERM",
    "0 STOPPING from:STARTING pid:7",
    "0 signal 15 to group",
  ]);
});

test("an exit is judged by when it happened, not by when it was noticed", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 });
  play.now = 1500;
  play.feed({ type: "exited", code: 1, signal: null, unknown: false, at: 400 });
  expect(play.life.state).toBe("BACKOFF");
});

test("a death that overtakes the answer to its spawn is heard, and the late answer is not", () => {
  const play = new Transcript().feed({ type: "start" });
  play.feed({ type: "exited", code: 1, signal: null, unknown: false, pid: 7, incarnation: 1 });
  expect(play.life).toMatchObject({ state: "BACKOFF", backoff: 1 });
  play.until(1).take();
  play.feed({ type: "spawned", pid: 7, incarnation: 1 });
  expect(play.lines).toEqual([]);
  expect(play.life).toMatchObject({ state: "STARTING", pid: null, incarnation: 2 });
});

test("an unknown exit status is never a success", () => {
  const play = new Transcript().feed({ type: "adopted", pid: 7, incarnation: 4, startedAt: -9000 }, exitedUnknown);
  expect(play.lines).toEqual([
    "0 STARTING from:STOPPED tries:0",
    "0 info: adopted: 'web' with pid 7",
    "0 RUNNING from:STARTING pid:7",
    "0 info: success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)",
    "0 EXITED from:RUNNING expected:0 pid:7",
    "0 warn: exited: web (exit status unknown; not expected)",
    "0 STARTING from:EXITED tries:0",
    "0 spawn 5",
  ]);
});

test("UNKNOWN is left when the process exits after all", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }, { type: "stop" });
  play.take();
  play.feed({ type: "signalRefused", errno: "EPERM" });
  expect(play.life.state).toBe("UNKNOWN");
  play.feed({ type: "start" }, { type: "stop" }, killedBy("SIGTERM"));
  expect(play.take()).toEqual([
    "0 critical: unknown problem killing web (7):EPERM",
    "0 UNKNOWN from:STOPPING",
    "0 STOPPED from:UNKNOWN pid:7",
    "0 warn: stopped: web (terminated by SIGTERM)",
  ]);
});

test("an operator's stop gives all retries back", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }, exitedWith(1), { type: "stop" });
  expect(play.lines.slice(-2)).toEqual([
    "0 debug: Attempted to kill web, which is in BACKOFF state.",
    "0 STOPPED from:BACKOFF pid:0",
  ]);
  play.feed({ type: "start" });
  expect(play.lines.at(-2)).toBe("0 STARTING from:STOPPED tries:0");
});

test("a shutdown turns a waiting process FATAL without a log line", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawnFailed", message: "x" });
  play.take();
  play.accepting = false;
  play.feed({ type: "shutdown" });
  expect(play.lines).toEqual(["0 FATAL from:BACKOFF"]);
});
