import { existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// Debian's supervisorctl drives both daemons through edits of the config and looks at what programs wrote.

let pair: readonly [Side, Side];
let ours: Side;
beforeEach(() => {
  pair = makePair();
  [ours] = pair;
});
afterEach(() => closePair(pair));

/** Asks both the same; the answers without folders and pids. */
async function sameAnswer(...words: string[]): Promise<string> {
  const [mine, theirs] = await onBoth(pair, async (side) =>
    side.ctl(...words.map((word) => word.replaceAll("@", side.folder))).replaceAll(side.folder, "@"),
  );
  expect(mine).toBe(theirs);
  return mine;
}

const sleeper = (name: string, options = ""): string => `[program:${name}]\ncommand=sleep 1000\n${options}`;

describe("an edited config", () => {
  const BEFORE =
    sleeper("changed") +
    sleeper("gone") +
    sleeper("same") +
    sleeper("prio") +
    sleeper("x") +
    sleeper("y") +
    "[group:pair]\nprograms=x,y\n";
  const AFTER =
    sleeper("changed", "startsecs=2\n") +
    sleeper("new") +
    sleeper("same", "; a comment\n") +
    sleeper("prio", "priority=5\n") +
    sleeper("x") +
    sleeper("y") +
    "[group:pair]\nprograms=y,x\n";

  beforeEach(async () => {
    for (const side of pair) side.configure(BEFORE);
    await onBoth(pair, async (side) => {
      await side.start();
      await eventually(() => side.ctl("status").match(/RUNNING/g)?.length === 6);
    });
  });

  test("is reported group by group, again and again", async () => {
    expect(await sameAnswer("reread")).toBe("No config updates to processes\n");
    for (const side of pair) side.configure(AFTER);
    const report = await sameAnswer("reread");
    expect(report).toBe("changed: changed\ngone: disappeared\nnew: available\npair: changed\nprio: changed\n");
    expect(await sameAnswer("reread")).toBe(report);
  });

  test("is applied group by group; what did not change keeps its pid", async () => {
    const before = pair.map((side) => side.ctl("pid", "same"));
    for (const side of pair) side.configure(AFTER);
    const answer = await sameAnswer("update");
    expect(answer).toContain("gone: removed process group\n");
    expect(answer).toContain("new: added process group\n");
    expect(pair.map((side) => side.ctl("pid", "same"))).toEqual(before);
    await onBoth(pair, (side) => eventually(() => side.ctl("status").match(/RUNNING/g)?.length === 6));
    expect(await sameAnswer("reread")).toBe("No config updates to processes\n");
    expect(await sameAnswer("update", "nosuchgroup")).toContain("ERROR: no such group: nosuchgroup");
  });

  test("with a mistake is refused in the same words and changes nothing", async () => {
    for (const side of pair) side.configure(sleeper("changed", "startsecs=soon\n"));
    const answer = await sameAnswer("reread");
    expect(answer).toContain("ERROR: CANT_REREAD: invalid literal for int() with base 10: 'soon'");
    for (const side of pair) expect(side.ctl("status").match(/RUNNING/g)).toHaveLength(6);
  });

  test("may be read before the restart that applies it", async () => {
    for (const side of pair) side.configure(AFTER);
    expect(await sameAnswer("reload")).toBe("Restarted supervisord\n");
    await onBoth(pair, async (side) => {
      await side.until(/supervisord started[^]*supervisord started[^]*success: new/);
      await eventually(() => side.ctl("status").match(/RUNNING/g)?.length === 6);
    });
  });
});

describe("what programs write", () => {
  test("is rotated after the line that reaches the limit, with as many backups as asked for", async () => {
    const line = "x".repeat(40);
    for (const side of pair) {
      // A pause between lines: Supervisor rotates after each read, however many lines that is.
      side.configure(
        `[program:lines]\ncommand=sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11; do echo ${line}; sleep 0.2; done; touch @/done; exec sleep 1000'\n` +
          "stdout_logfile=@/lines.log\nstdout_logfile_maxbytes=100\nstdout_logfile_backups=2\n",
      );
    }
    await onBoth(pair, async (side) => {
      await side.start();
      await eventually(() => existsSync(side.path("done")));
    });
    const sizes = (side: Side): number[] =>
      ["lines.log", "lines.log.1", "lines.log.2"].map((name) => statSync(side.path(name)).size);
    expect(sizes(ours)).toEqual([82, 123, 123]);
    expect(sizes(pair[1])).toEqual([82, 123, 123]);
    for (const side of pair) expect(existsSync(side.path("lines.log.3"))).toBe(false);
  });

  test("loses its colours if asked for", async () => {
    for (const side of pair) {
      side.configure(
        "[program:colours]\ncommand=printf '\\033[31mred\\033[0m plain'\nstartsecs=0\nautorestart=false\nstdout_logfile=@/colours.log\n",
        "strip_ansi=true",
      );
    }
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(/exited: colours/);
      expect(side.read("colours.log")).toBe("red plain");
    });
  });

  test("can be read and cleared while it grows", async () => {
    for (const side of pair) {
      side.configure(
        "[program:log]\ncommand=sh -c 'echo first; echo second >&2; exec sleep 1000'\nstdout_logfile=@/o.log\nstderr_logfile=@/e.log\n",
      );
    }
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until(/success: log/);
    });
    expect(await sameAnswer("tail", "log")).toContain("first\n");
    expect(await sameAnswer("tail", "log", "stderr")).toContain("second\n");
    expect(await sameAnswer("clear", "log")).toBe("log: cleared\n");
    expect(await sameAnswer("tail", "log")).not.toContain("first");
  });

  test("goes where > /dev/stdout and > /dev/stderr lead in a program", async () => {
    for (const side of pair) {
      side.configure(
        "[program:dev]\ncommand=sh -c 'echo out > /dev/stdout; echo err > /dev/stderr; exec sleep 1000'\nstdout_logfile=@/o.log\nstderr_logfile=@/e.log\n",
      );
    }
    await onBoth(pair, async (side) => {
      await side.start();
      await eventually(() => side.read("o.log") === "out\n" && side.read("e.log") === "err\n");
    });
  });
});

describe("the address that programs see", () => {
  const SHOWS =
    "[program:shows]\ncommand=sh -c 'echo \"<$SUPERVISOR_SERVER_URL>\"; exec sleep 1000'\nstdout_logfile=@/url.log\n";

  test.each([
    ["no server at all", "", "<>"],
    [
      "the last TCP server",
      "[inet_http_server:a]\nport=127.0.0.1:PORT1\n[inet_http_server:b]\nport=127.0.0.1:PORT2\n",
      "<http://127.0.0.1:PORT2>",
    ],
    [
      "the unix server before any other",
      "[inet_http_server]\nport=127.0.0.1:PORT1\n[unix_http_server]\nfile=@/u.sock\n",
      "<unix://@/u.sock>",
    ],
  ])("is that of %s", async (_, servers, expected) => {
    const ports = await Promise.all(pair.map(async () => [await freePort(), await freePort()] as const));
    await onBoth(pair, async (side) => {
      const [first, second] = ports[side.isOurs ? 0 : 1]!;
      const fill = (text: string): string => text.replaceAll("PORT1", `${first}`).replaceAll("PORT2", `${second}`);
      side.write("supervisord.conf", `[supervisord]\nlogfile=@/main.log\npidfile=@/s.pid\n${fill(servers)}${SHOWS}`);
      await side.start();
      await eventually(() => side.read("url.log") !== "");
      expect(side.read("url.log").trim()).toBe(fill(expected).replaceAll("@", side.folder));
      await side.stop();
    });
  });

  test.each([
    ["serverurl=http://example.org:1\n", "<http://example.org:1>"],
    ["serverurl=\n", "<>"],
    ["serverurl=AUTO\n", "<unix://@/s.sock>"],
  ])("is what %j says", async (option, expected) => {
    for (const side of pair) side.configure(SHOWS + option);
    await onBoth(pair, async (side) => {
      await side.start();
      await eventually(() => side.read("url.log") !== "");
      expect(side.read("url.log").trim()).toBe(expected.replaceAll("@", side.folder));
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address !== null ? address.port : 0;
}
