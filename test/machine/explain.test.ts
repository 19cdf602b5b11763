import { describe, expect, test } from "vitest";
import { endedBadly, explain, type ExplainFacts } from "../../src/machine/explain.ts";
import type { Life } from "../../src/machine/life.ts";
import { lives, NOW } from "./matrix-cases.ts";
import { exitedUnknown, exitedWith, killedBy, policy, Transcript } from "./support.ts";

const tell = (life: Life, facts: Partial<ExplainFacts> = {}): string => explain(policy, life, { now: NOW, ...facts });
const told = (play: Transcript): string => explain(play.spec, play.life, { now: play.now });

describe("a process that is down", () => {
  test("says who stopped it, or that it was never started", () => {
    expect(tell(lives.never)).toBe("not started");
    expect(tell(lives.stopped)).toBe("stopped by an operator");
    expect(tell({ ...lives.stopped, reason: "shutdown" })).toBe("stopped because the daemon is shutting down");
    expect(tell(lives.stopped, { comingBack: true })).toBe("being restarted");
  });

  test("says how it ended", () => {
    const exited = (code: number): string => told(up({ autorestart: false }).until(2).feed(exitedWith(code)));
    expect(exited(0)).toBe("ended by itself: exit status 0 (expected)");
    expect(exited(3)).toBe("ended by itself: exit status 3; autorestart is off");
    const killed = up({ autorestart: false }).until(2).feed(killedBy("SIGSEGV"));
    expect(told(killed)).toBe("ended by itself: terminated by SIGSEGV; autorestart is off");
  });

  test("has failed only if its end was not expected and is the last word", () => {
    const once = (code: number): Transcript => up({ autorestart: false }).until(2).feed(exitedWith(code));
    const bad = ({ spec, life, now }: Transcript, more = "", facts: Partial<ExplainFacts> = {}): boolean =>
      endedBadly({ state: life.state, why: `${explain(spec, life, { now, ...facts })}${more}` });
    expect(bad(once(3))).toBe(true);
    expect(bad(once(3), "; of it, pid 8 (expected) lives on")).toBe(true);
    expect(bad(up({ autorestart: false }).until(2).feed(killedBy("SIGSEGV")))).toBe(true);
    expect(bad(up({ autorestart: false }).until(2).feed(exitedUnknown))).toBe(true);
    expect(bad(once(0))).toBe(false);
    expect(bad(once(0), "; of it, pid 8 (sleep) lives on")).toBe(false);
    expect(bad(once(3), "", { waitingFor: [{ program: "db", condition: "ready", why: "db is STARTING" }] })).toBe(
      false,
    );
    expect(endedBadly({ state: "STOPPED", why: tell(lives.stopped) })).toBe(false);
  });

  test("says what it waits for, whatever it was before", () => {
    const waitingFor = [
      { program: "db", condition: "ready", why: "db is STARTING" },
      { program: "migrate", condition: "completed", why: "migrate has failed" },
      { program: "log", condition: "started", why: "log is FATAL" },
    ] as const;
    const sentence =
      "waiting for db to be ready (db is STARTING) and migrate to complete (migrate has failed) " +
      "and log to be running (log is FATAL)";
    for (const life of [lives.never, lives.stopped, lives.exited, lives.fatal])
      expect(tell(life, { waitingFor })).toBe(sentence);
    expect(tell(lives.running, { waitingFor })).toBe("");
  });
});

describe("a process that is about to be restarted", () => {
  test("says when, and how the last run ended", () => {
    const play = up({ autorestart: true, startsecs: 0 });
    play.now = 200;
    play.feed(exitedWith(0));
    expect(told(play)).toBe("restarting in 1 s after exit status 0");
    const waitingFor = [{ program: "db", condition: "ready", why: "db is STARTING" }] as const;
    expect(explain(play.spec, play.life, { now: play.now, waitingFor })).toBe("restarting in 1 s after exit status 0");
    play.now = 1000;
    expect(told(play)).toBe("restarting now after exit status 0");
  });

  test("counts the seconds of its next attempt down", () => {
    const play = up().feed(exitedWith(2)).until(1).feed({ type: "spawned", pid: 8 }, exitedWith(2));
    play.until(1.5);
    expect(told(play)).toBe("restarting in 2 s after exit status 2");
    play.now = 2100;
    expect(told(play)).toBe("restarting in 1 s after exit status 2");
  });

  test("says why it could not be started", () => {
    const failing = (message: string): string =>
      told(new Transcript().feed({ type: "start" }, { type: "spawnFailed", message }));
    expect(failing("can't find command '/nope/x'")).toBe(
      "restarting in 1 s because it could not be started: command not found: /nope/x",
    );
    expect(failing("unknown error making dispatchers for 'web': EISDIR")).toBe(
      "restarting in 1 s because it could not be started: unknown error making dispatchers for 'web': EISDIR",
    );
  });

  test("says so if nothing will come of it", () => {
    const play = up();
    play.accepting = false;
    play.feed(exitedUnknown);
    expect(told(play)).toBe("not restarting (the daemon is shutting down) after exit status unknown");
    expect(told(play.feed({ type: "shutdown" }))).toBe("was waiting to be restarted when the daemon shut down");
  });
});

describe("a process that was given up", () => {
  test("says how often it was tried and how the last time went", () => {
    const play = new Transcript().feed({ type: "start" });
    for (const at of [0, 1, 3, 6]) play.until(at).feed({ type: "spawned", pid: 7 }, exitedWith(1));
    expect(told(play)).toBe("exited too quickly 4 times, last with status 1; gave up");
    const once = up({ startretries: 0 }).feed(killedBy("SIGABRT"));
    expect(told(once)).toBe("exited too quickly once, last terminated by SIGABRT; gave up");
  });

  test("says that its command is missing", () => {
    const play = new Transcript({ startretries: 0 }).feed({ type: "start" });
    play.feed({ type: "spawnFailed", message: "can't find command 'it's'" });
    expect(told(play)).toBe("command not found: it's; tried once, gave up");
  });
});

describe("a process that is up, or half so", () => {
  test("says what it still lacks, and nothing when all is well", () => {
    expect(tell(lives.running)).toBe("");
    expect(tell(lives.running, { notReady: null })).toBe("");
    expect(tell(lives.running, { notReady: "port 80 is closed" })).toBe("running, not ready: port 80 is closed");
    expect(tell(lives.launching)).toBe("being started");
    expect(tell(lives.launchingStop)).toBe("being stopped");
    expect(tell(lives.starting)).toBe("starting: must stay up for 1 s to count as running");
  });

  test("says when SIGKILL comes, and that it has come", () => {
    expect(tell(lives.stopping)).toBe("stopping: SIGKILL follows in 5 s");
    expect(tell(lives.stopping, { now: NOW + 4500 })).toBe("stopping: SIGKILL follows in 1 s");
    expect(tell(lives.stopping, { now: NOW + 5000 })).toBe("stopping: SIGKILL follows now");
    const play = up({ stopwaitsecs: 2 }).feed({ type: "stop" }).until(3);
    expect(told(play)).toBe("stopping: has been sent SIGKILL");
  });

  test("says that it cannot be commanded", () => {
    expect(tell(lives.unknown)).toBe("could not be signalled (pid 7); nobody knows whether it still runs");
  });
});

function up(changes: ConstructorParameters<typeof Transcript>[0] = {}): Transcript {
  return new Transcript(changes).feed({ type: "start" }, { type: "spawned", pid: 7 });
}
