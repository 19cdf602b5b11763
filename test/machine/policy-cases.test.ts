import { describe, expect, test } from "vitest";
import { exitedUnknown, exitedWith, killedBy, Transcript } from "./support.ts";

describe("a process that exits from RUNNING", () => {
  const endings = {
    expected: exitedWith(0),
    other: exitedWith(3),
    signal: killedBy("SIGSEGV"),
    unknown: exitedUnknown,
  };
  test.each([
    [true, "expected", "STARTING"],
    [true, "other", "STARTING"],
    [true, "signal", "STARTING"],
    [true, "unknown", "STARTING"],
    ["unexpected", "expected", "EXITED"],
    ["unexpected", "other", "STARTING"],
    ["unexpected", "signal", "STARTING"],
    ["unexpected", "unknown", "STARTING"],
    [false, "expected", "EXITED"],
    [false, "other", "EXITED"],
    [false, "signal", "EXITED"],
    [false, "unknown", "EXITED"],
  ] as const)("with autorestart %s and an %s ending is then %s", (autorestart, ending, state) => {
    for (const startsecs of [0, 1]) {
      const play = new Transcript({ autorestart, startsecs })
        .feed({ type: "start" }, { type: "spawned", pid: 7 })
        .until(1);
      expect(play.life.state).toBe("RUNNING");
      play.feed(endings[ending]);
      expect(play.life.state).toBe(state);
    }
  });
});

test("codes are expected only if exitcodes lists them", () => {
  const play = new Transcript({ exitcodes: [3, 4], autorestart: false }).feed(
    { type: "start" },
    { type: "spawned", pid: 7 },
  );
  play.until(1).feed(exitedWith(0));
  expect(play.life).toMatchObject({ state: "EXITED", expected: false, spawnerr: "Bad exit code 0" });
});

test("a timer that comes early changes nothing", () => {
  const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 });
  const before = play.life;
  play.now = 999;
  play.feed({ type: "timer" });
  expect(play.life).toBe(before);
  play.now = 1000;
  play.feed({ type: "timer" });
  expect(play.life.state).toBe("RUNNING");
});

test("a kick brings SIGKILL forward and never postpones it", () => {
  const play = new Transcript({ stopwaitsecs: 10 }).feed(
    { type: "start" },
    { type: "spawned", pid: 7 },
    { type: "stop" },
  );
  play.feed({ type: "kick", seconds: 60 });
  expect(play.life.deadline).toBe(10_000);
  play.feed({ type: "kick", seconds: 2 });
  expect(play.life.deadline).toBe(2000);
  play.now = 500;
  play.feed({ type: "kick", seconds: -1 });
  expect(play.life.deadline).toBe(500);
});

test("with stopwaitsecs=0 SIGKILL is repeated once a second, not in a busy loop", () => {
  const play = new Transcript({ stopwaitsecs: 0 }).feed(
    { type: "start" },
    { type: "spawned", pid: 7 },
    { type: "stop" },
  );
  play.until(2);
  expect(play.lines.filter((line) => line.includes("signal 9"))).toEqual([
    "0 signal 9 to process",
    "1 signal 9 to process",
    "2 signal 9 to process",
  ]);
});

test("a start that seems to lie in the future delays a restart by a second and no more", () => {
  const play = new Transcript({ autorestart: true, startsecs: 0 }).feed({ type: "start" }, { type: "spawned", pid: 7 });
  // A life that was stored before a reboot, taken up by a clock that began anew.
  play.life = { ...play.life, lastStartedAt: 3_600_000 };
  play.feed(exitedWith(0));
  expect(play.life).toMatchObject({ state: "EXITED", deadline: 1000 });
});

test("groups are signalled as stopasgroup says at first, and as killasgroup says with SIGKILL", () => {
  const targets = [false, true].flatMap((stopasgroup) =>
    [false, true].map((killasgroup) =>
      new Transcript({ stopasgroup, killasgroup })
        .feed({ type: "start" }, { type: "spawned", pid: 7 }, { type: "stop" })
        .until(10)
        .lines.filter((line) => line.includes(" to ")),
    ),
  );
  expect(targets).toEqual([
    ["0 signal 15 to process", "10 signal 9 to process"],
    ["0 signal 15 to process", "10 signal 9 to group"],
    ["0 signal 15 to group", "10 signal 9 to process"],
    ["0 signal 15 to group", "10 signal 9 to group"],
  ]);
});

describe("startretries: endless", () => {
  test("tries for ever, at most backoffMax seconds apart", () => {
    const play = new Transcript({ startretries: "endless", backoffMax: 3 }).feed({ type: "start" });
    const waits: number[] = [];
    for (let failure = 1; failure <= 6; failure++) {
      play.feed({ type: "spawnFailed", message: "can't find command 'x'" });
      expect(play.life.state).toBe("BACKOFF");
      const { deadline } = play.life;
      waits.push((deadline ?? NaN) - play.now);
      play.now = deadline ?? NaN;
      play.feed({ type: "timer" });
      expect(play.life.state).toBe("STARTING");
    }
    expect(waits).toEqual([1000, 2000, 3000, 3000, 3000, 3000]);
  });

  test("backoffMax shortens the waits of counted retries, too", () => {
    const play = new Transcript({ startretries: 1, backoffMax: 0.5 }).feed({ type: "start" });
    play.feed({ type: "spawnFailed", message: "no" });
    expect((play.life.deadline ?? NaN) - play.now).toBe(500);
    play.now += 500;
    play.feed({ type: "timer" }, { type: "spawnFailed", message: "no" });
    expect(play.life.state).toBe("FATAL");
  });
});
