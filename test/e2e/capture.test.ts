import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, listenerCommand, noted, untilNoted } from "../support/event-records.ts";
import { programs } from "../support/project.ts";
import { closePair, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// Capture mode under both daemons, with names and texts beyond ASCII, with tokens that come in pieces, and with colours.

const BEGIN = "<!--XSUPERVISOR:BEGIN-->";
const END = "<!--XSUPERVISOR:END-->";
const PROGRAM = "püppe-日";

/** What it says, as a shell script. All ends with a text that is longer than a token: Supervisor holds shorter ones back. */
const SAYS: Readonly<Record<string, string>> = {
  plain: "printf 'plain text'",
  empty: `printf '${BEGIN}${END}'`,
  "begin in pieces": `printf 'x<!--XSUPER'; sleep 0.3; printf 'VISOR:BEGIN-->first${END}'`,
  "end in pieces": `printf '${BEGIN}second<!--XSUPERV'; sleep 0.3; printf 'ISOR:END-->'`,
  "text in pieces": `printf '${BEGIN}thi'; sleep 0.3; printf 'rd thing'; sleep 0.3; printf 'now${END}'`,
  "begin inside": `printf '${BEGIN}a${BEGIN}b${END}'`,
  "end outside": `printf 'p${END}'`,
  "two at once": `printf '${BEGIN}one${END}between${BEGIN}two${END}'`,
  colours: `printf '${BEGIN}\\033[31mred\\033[0m${END}\\033[32mgreen\\033[0m'`,
  "beyond ASCII": `printf '${BEGIN}日本 é${END}'`,
  "no UTF-8": `printf '${BEGIN}a\\377b${END}'`,
  "almost a token": "printf '<!--XSUPERVISOR:BEGIN--'",
};

const pair = makePair();
const [ours, real] = pair;

beforeAll(() =>
  onBoth(pair, async (side) => {
    const puppet = `command=${join(programs, "puppet.sh")}\nstdout_capture_maxbytes=1000\nstderr_capture_maxbytes=1000\n`;
    side.configure(
      `[eventlistener:öhr]\ncommand=${listenerCommand("@/ear.rec")}\nevents=EVENT\nbuffer_size=1000\npriority=1\n` +
        `[program:${PROGRAM}]\n${puppet}stdout_events_enabled=true\nstderr_events_enabled=true\nstdout_logfile=@/o.log\n` +
        `stderr_logfile=@/e.log\n[group:grüppe]\nprograms=${PROGRAM}\n` +
        `[program:mixed]\n${puppet}redirect_stderr=true\nstdout_logfile=@/mixed.log\n` +
        // Its stdout is protocol, whatever the options say; its stderr is like any other.
        `[eventlistener:talks]\ncommand=sh -c 'printf "${BEGIN}no${END}"; printf "${BEGIN}yes${END}" >&2; exec sleep 1000'\n` +
        "events=TICK_3600\nstdout_capture_maxbytes=100\nstderr_capture_maxbytes=100\nstdout_logfile=@/talks.log\n",
      "identifier=bök\nloglevel=debug\nstrip_ansi=true",
    );
    await side.start();
    for (const name of [PROGRAM, "mixed", "talks"]) {
      await untilNoted(side, "ear.rec", new RegExp(`RUNNING\\S* .*\\nprocessname:${name}`));
    }
    const script = Object.entries(SAYS).map(([name, says]) => `${says}; printf ' and that was ${name}, at last\\n'`);
    await call(side, "sendProcessStdin", `grüppe:${PROGRAM}`, `${script.join("\n")}\n`);
    await untilNoted(side, "ear.rec", /that was almost a token/);
    const toStderr = `printf '${BEGIN}err${END} and that was it, at long last\\n' >&2\n`;
    await call(side, "sendProcessStdin", `grüppe:${PROGRAM}`, toStderr);
    await call(side, "sendProcessStdin", "mixed", toStderr);
    await untilNoted(side, "ear.rec", /COMMUNICATION_STDERR [^]*\nerr$/);
    await untilNoted(side, "ear.rec", /COMMUNICATION_STDOUT [^]*mixed[^]*\nerr$/);
    await untilNoted(side, "ear.rec", /COMMUNICATION_STDERR [^]*talks[^]*\nyes$/);
    for (const [kind, data] of REMOTE) await call(side, "sendRemoteCommEvent", kind, data);
    await untilNoted(side, "ear.rec", /type:last/);
  }),
);
afterAll(() => closePair(pair));

const REMOTE = [
  ["", ""],
  ["ü", "日本\n\n"],
  ["a b:c", "x:y z\r\n\t"],
  [`<&>"`, "]]>%s %(x)s"],
  ["last", ""],
] as const;

/** Payloads of events of this name, without pids. */
function payloads(side: Side, name: RegExp): string[] {
  return noted(side, "ear.rec")
    .filter((event) => name.test(event.name))
    .map((event) => `${event.name} ${event.payload.replace(/pid:\d+/, "pid:PID")}`);
}

describe("under both daemons", () => {
  test("what is between tokens is an event, however it was cut, without its colours", () => {
    const captured = payloads(ours, /COMMUNICATION_STD/);
    // Programs of their own may be heard in any order.
    expect(captured.toSorted()).toEqual(payloads(real, /COMMUNICATION_STD/).toSorted());
    const puppet = (side: Side): string[] =>
      payloads(side, /COMMUNICATION_STDOUT/).filter((one) => one.includes(PROGRAM));
    expect(puppet(ours)).toEqual(puppet(real));
    expect(puppet(ours).map((text) => text.slice(text.indexOf("\n") + 1))).toEqual([
      "",
      "first",
      "second",
      "third thingnow",
      `a${BEGIN}b`,
      "one",
      "two",
      "red",
      "日本 é",
      "Undecodable: b'a\\xffb'",
    ]);
  });

  test.each(["o.log", "e.log", "mixed.log", "talks.log"])("what is around them is in the log: %s", (log) => {
    expect(ours.read(log)).toBe(real.read(log));
    expect(ours.read(log)).not.toBe("");
  });

  test("what is around them is told as log events; Supervisor also tells what is between them, against its manual", () => {
    const told = (side: Side): string =>
      noted(side, "ear.rec")
        .filter((event) => event.name === "PROCESS_LOG_STDOUT")
        .map(({ payload }) => payload.slice(payload.indexOf("\n") + 1))
        .join("");
    expect(told(ours)).toBe(ours.read("o.log"));
    expect(told(real)).toContain("third thing");
    expect(told(ours)).not.toContain("third thing");
  });

  test("at level debug the log shows what is around them and what is between them, never a token", () => {
    const shown = (side: Side): string[] =>
      [...side.log.matchAll(/DEBG 'püppe-日' std(?:out|err) output:\n([^]*?)(?=\n?^\d{4}-\d\d-\d\d )/gm)].map(
        ([, text = ""]) => text,
      );
    for (const side of pair) {
      const all = shown(side).join("").replaceAll("\n", "");
      for (const text of ["plain text", "third thing", "between", "two", "red", "green", "日本 é", "at long last"]) {
        expect(all, side.program).toContain(text);
      }
      expect(all.replaceAll(`a${BEGIN}b`, "").replaceAll(`p${END}`, ""), side.program).not.toMatch(
        /<!--XSUPERVISOR:\w+-->/,
      );
    }
  });

  test("names and texts of all kinds arrive in other events as they are", () => {
    const others = (side: Side): string[] =>
      noted(side, "ear.rec")
        .filter(({ name }) => /REMOTE|GROUP|PROCESS_STATE|SUPERVISOR/.test(name))
        .map(({ header, payload }) => {
          const plain = header.replace(/ serial:\d+/, "").replace(/ poolserial:\d+/, "");
          return payload.includes("pid:") ? payload.replace(/pid:\d+/, "pid:PID") : `${plain}\n${payload}`;
        });
    // Who is RUNNING first is a matter of speed.
    expect(others(ours).toSorted()).toEqual(others(real).toSorted());
    expect(others(ours).filter((one) => one.includes("REMOTE_COMMUNICATION"))).toHaveLength(REMOTE.length);
    expect(others(ours)[0]).toBe("ver:3.0 server:bök pool:öhr eventname:PROCESS_GROUP_ADDED len:14\ngroupname:öhr\n");
  });
});
