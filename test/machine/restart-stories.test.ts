import { describe, expect, test } from "vitest";
import { exitedWith, killedBy, Transcript } from "./support.ts";

/** A program that ends at once and is always to be restarted: `startsecs=0`, `autorestart=true`. */
function restless(): Transcript {
  return new Transcript({ startsecs: 0, autorestart: true }).feed(
    { type: "start" },
    { type: "spawned", pid: 7 },
    exitedWith(0),
  );
}

describe("a program that ends at once and is always restarted", () => {
  test("is started once a second, for ever", () => {
    const play = restless();
    for (const at of [1, 2, 3]) play.until(at).feed({ type: "spawned", pid: 7 }, exitedWith(0));
    expect(play.lines.filter((line) => line.includes("spawn "))).toEqual([
      "0 spawn 1",
      "1 spawn 2",
      "2 spawn 3",
      "3 spawn 4",
    ]);
    expect(play.lines.slice(-7)).toEqual([
      "3 STARTING from:EXITED tries:0",
      "3 spawn 4",
      "3 info: spawned: 'web' with pid 7",
      "3 RUNNING from:STARTING pid:7",
      "3 info: success: web entered RUNNING state, process has stayed up for > than 0 seconds (startsecs)",
      "3 EXITED from:RUNNING expected:1 pid:7",
      "3 info: exited: web (exit status 0; expected)",
    ]);
  });

  test("is restarted a second after its start, not after its end", () => {
    const play = new Transcript({ startsecs: 0, autorestart: true }).feed(
      { type: "start" },
      { type: "spawned", pid: 7 },
    );
    play.until(0.7).feed(exitedWith(0));
    expect(play.life).toMatchObject({ state: "EXITED", deadline: 1000 });
    play.until(0.999);
    expect(play.life.state).toBe("EXITED");
    play.until(1);
    expect(play.life).toMatchObject({ state: "STARTING", incarnation: 2 });
  });

  test("is restarted at once if the news of its end took a second to come", () => {
    const play = new Transcript({ startsecs: 0, autorestart: true }).feed(
      { type: "start" },
      { type: "spawned", pid: 7 },
    );
    play.now = 1200;
    play.feed({ ...exitedWith(0), at: 100 });
    expect(play.life).toMatchObject({ state: "STARTING", incarnation: 2 });
  });

  test("is STOPPED by an operator between two runs, and stays so", () => {
    const play = restless();
    play.take();
    play.feed({ type: "stop" }).until(60);
    expect(play.lines).toEqual([
      "0 debug: attempted to kill web with sig SIGTERM but it wasn't running",
      "0 STOPPED from:EXITED pid:0",
    ]);
    expect(play.life).toMatchObject({ state: "STOPPED", reason: "operator", deadline: null, exitstatus: 0 });
  });

  test("stays EXITED without a word when the daemon goes down between two runs", () => {
    const play = restless();
    play.take();
    play.accepting = false;
    play.feed({ type: "shutdown" }).until(60);
    expect(play.lines).toEqual([]);
    expect(play.life).toMatchObject({ state: "EXITED", deadline: null });
  });

  test("is not restarted when the daemon goes down and nobody has told it", () => {
    const play = restless();
    play.accepting = false;
    play.until(60);
    expect(play.life).toMatchObject({ state: "EXITED", deadline: null });
  });

  test("starts at once when somebody asks for it between two runs", () => {
    const play = restless();
    play.take();
    play.until(0.3).feed({ type: "start" });
    expect(play.lines).toEqual(["0.3 STARTING from:EXITED tries:0", "0.3 spawn 2"]);
  });

  test("goes by its new policy if that changes between two runs", () => {
    const play = restless();
    const calm = new Transcript({ startsecs: 0, autorestart: "unexpected" });
    calm.life = play.life;
    calm.until(60);
    expect(calm.life).toMatchObject({ state: "EXITED", deadline: null, incarnation: 1 });
  });
});

describe("a kick while the spawn is in flight", () => {
  const stopping = (...order: readonly ("kick" | "stop")[]): Transcript => {
    const play = new Transcript({ stopwaitsecs: 30 }).feed({ type: "start" });
    for (const type of order) play.feed(type === "kick" ? { type, seconds: 2 } : { type });
    play.now = 500;
    return play.feed({ type: "spawned", pid: 7 });
  };

  test("shortens the stop that waits for it, whichever came first", () => {
    for (const play of [stopping("stop", "kick"), stopping("kick", "stop")]) {
      expect(play.life).toMatchObject({ state: "STOPPING", deadline: 2000 });
      play.until(2);
      expect(play.lines.filter((line) => line.includes("signal 9"))).toEqual(["2 signal 9 to process"]);
    }
  });

  test("is not undone by a later, more patient one", () => {
    const play = new Transcript({ stopwaitsecs: 30 }).feed({ type: "start" }, { type: "stop" });
    play.feed({ type: "kick", seconds: 2 }, { type: "kick", seconds: 9 }, { type: "spawned", pid: 7 });
    expect(play.life.deadline).toBe(2000);
  });

  test("does not lengthen a short stop", () => {
    const play = new Transcript({ stopwaitsecs: 1 }).feed({ type: "start" }, { type: "stop" });
    play.feed({ type: "kick", seconds: 9 }, { type: "spawned", pid: 7 });
    expect(play.life.deadline).toBe(1000);
  });

  test("stops nothing by itself", () => {
    expect(stopping("kick").until(60).life.state).toBe("RUNNING");
  });
});

describe("after a death of the supervisor", () => {
  test("a run that nobody noted is taken up where it is", () => {
    const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }, exitedWith(1));
    play.take();
    play.feed({ type: "adopted", pid: 9, incarnation: 4, startedAt: -300 });
    expect(play.life).toMatchObject({ state: "STARTING", pid: 9, incarnation: 4, deadline: 700, lastStartedAt: -300 });
    play.feed({ type: "exited", code: 1, signal: null, unknown: false, pid: 8, incarnation: 3 });
    play.until(1).feed({ type: "stop" }, killedBy("SIGTERM"), { type: "start" });
    expect(play.lines).toEqual([
      "0 STARTING from:BACKOFF tries:1",
      "0 info: adopted: 'web' with pid 9",
      "0.7 RUNNING from:STARTING pid:9",
      "0.7 info: success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)",
      "1 debug: killing web (pid 9) with signal SIGTERM",
      "1 STOPPING from:RUNNING pid:9",
      "1 signal 15 to process",
      "1 STOPPED from:STOPPING pid:9",
      "1 warn: stopped: web (terminated by SIGTERM)",
      "1 STARTING from:STOPPED tries:0",
      "1 spawn 5",
    ]);
  });

  test("the end of a run that nobody noted is told, and the next start has the next number", () => {
    const play = new Transcript();
    play.feed({ type: "exited", code: 2, signal: null, unknown: false, pid: 9, incarnation: 4, at: -5000 });
    expect(play.lines).toEqual([
      "0 STARTING from:STOPPED tries:0",
      "0 info: adopted: 'web' with pid 9",
      "0 BACKOFF from:STARTING tries:1",
      "0 warn: exited: web (exit status 2; not expected)",
    ]);
    expect(play.until(1).lines.at(-1)).toBe("1 spawn 5");
  });

  test("a start in the future, after the wall clock was set back, does not keep a program from RUNNING", () => {
    const play = new Transcript().feed({ type: "adopted", pid: 9, incarnation: 1, startedAt: 3_600_000 });
    expect(play.until(1).life.state).toBe("RUNNING");
  });
});

describe("a signal sent by hand", () => {
  test("that finds nobody is told, and the end is an ordinary one", () => {
    const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }).until(2);
    play.take();
    play.feed({ type: "signalRefused", errno: "ESRCH", during: "signal" }, exitedWith(0));
    expect(play.lines).toEqual([
      "2 debug: unable to signal web (pid 7), it probably just now exited on its own: [Errno 3] No such process",
      "2 EXITED from:RUNNING expected:1 pid:7",
      "2 info: exited: web (exit status 0; expected)",
    ]);
  });

  test("that is refused leaves it UNKNOWN until it ends, and then it is restarted as ever", () => {
    const play = new Transcript().feed({ type: "start" }, { type: "spawned", pid: 7 }).until(2);
    play.take();
    play.feed({ type: "signalRefused", errno: "EPERM", during: "signal" }, { type: "stop" }, exitedWith(1));
    expect(play.lines).toEqual([
      "2 critical: unknown problem sending sig web (7):EPERM",
      "2 UNKNOWN from:RUNNING",
      "2 EXITED from:UNKNOWN expected:0 pid:7",
      "2 warn: exited: web (exit status 1; not expected)",
      "2 STARTING from:EXITED tries:0",
      "2 spawn 2",
    ]);
  });
});
