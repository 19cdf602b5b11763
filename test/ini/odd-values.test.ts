import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { keysOf, sectionKind, type KeySpec } from "../../src/ini/key-table.ts";
import { compareWithSupervisor } from "./same-as-supervisor.ts";

// Every option of every section with every value that is a little odd: our model, or our refusal, is Supervisor's.

const folder = mkdtempSync(join(tmpdir(), "sup-odd-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A section, and what has to be in it. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  supervisord: {},
  "program:x": { command: "/bin/x" },
  "fcgi-program:x": { command: "/bin/x", socket: "unix:///tmp/x.sock" },
  "eventlistener:x": { command: "/bin/x", events: "TICK_5" },
  "group:g": { programs: "y" },
  inet_http_server: { port: "127.0.0.1:9001" },
  unix_http_server: { file: "/tmp/s.sock" },
};

/** Values, between bars. Some are good for one option, some for none. */
const ODD = [
  "",
  "A=1,\n  B=2",
  "A=1\n  B=2",
  "x\n  y",
  "x\n\n  y",
  "a\tb",
  ...String.raw`
0 | 00 | -0 | +0 | +5 | --5 | 5. | 0x10 | 0o17 | 0O17 | 0b1 | 08 | 0_7 | _7 | 7_ | 1e3 | ٣ | ３
5kb | 5 KB | 5KB  | KB | 5 K B | 5KiB | 5k | 5 mb | 1_0MB | 0.5GB | 5BB | 5Kb5
true | tRuE | yes | y | on | ON  | none | None | NONE | null | auto | Auto | AUTO x | syslog | SysLog
unexpected | Unexpected | UNEXPECTED | always | false | off
sigterm | SIGTERM | sig9 | TERM  | SIGRTMIN | rtmax | SIGCLD | POLL | IOT | SIGSIGTERM | 15 | 015 | 64 | 33 | 65
0,2 |  0 , 2  | 0;2 | 0 2 | ,0 | 0,,2 | +1 | 0x1 | 1_0 | ٣,1 | 255 | 256
root | Root | root: | :root | root:root | 0:0 | root:0 | root:nope | nobody | -1 | 65534 |  root
/ | /tmp | /tmp/ | /tmp/x | /nope/x | ~ | ~/ | ~root | ~root/x | ~nobodyatall/x | x | ./x | ../x | a/b | /tmp/%%x
%(here)s | %(here)s/x | %(ENV_NUM)s | %(ENV_WORD)s | %(ENV_NOPE)s | %(program_name)s | %(group_name)s
%(process_num)d | %(numprocs)s | %(host_node_name)s | %(ENV_LEVEL)s | %(ENV_FOLDER)s
% | %% | %( | %(here) | %(here)q | %(HERE)s | %(program_name)d | %(here).4s
"5" | '5' | "/tmp/x" | "true" | a b | a:b | a/b | ä | 日本 | = | ==5 | :5 | a=b | #5 | a#5 | ;5 | 5; | 5 ;c
5 #c
info | INFO | warning | WARN | 10 | blather | critical 
tcp://h:1 | tcp://:1 | tcp://h: | tcp://h:x | TCP://h:1 | tcp://h:01 | tcp://a:b:1 | tcp://h:1/x | unix://
unix:/// | unix:///tmp/%%x | unix://~/x
9001 | *:9001 | :9001 | * | localhost | [::1]:9001 | ::1:9001 | h:9001: | HOST:1 | h :1 | h: 1 | 1:65536
http://h:1
tick_5 | TICK_5,TICK_5 | TICK_5 , tick_60 | TICK_5 TICK_60 | EVENT | event, | , | process_state_running
PROCESS_COMMUNICATION
y,y | y, | ,y | y , z | z,y | nope | Y | program:y
A=1 | A= | A | A=1,B=2 | A='1'B | a=%(here)s | A=%(ENV_A)s | A="a;b" | A="a ;b"
`
    .trim()
    .split(/ \| |\n/),
];

/** What is refused here on purpose, see docs/compatibility.md. All else must agree. */
const STRICTER: readonly RegExp[] = [
  /must not be negative|must not be above 7777|^number is too large/,
  /^value '(0|00|-0|\+0|SIG_IGN)' is not a valid signal number/,
  /has an empty username$/,
  /differs from process to process/,
  /without a \(name\)/,
  /^Invalid name: /,
  /has two processes called y /,
  /^section \[unix_http_server\] has no file value$/,
  /^Invalid (chmod|socket_mode) value (-1|65534)$/,
];

/** A percent sign in the name of a log is expanded once here. */
const EXPANDED_TWICE = /for 'std(out|err)_logfile' is badly formatted/;

interface Case {
  readonly text: string;
  readonly file: string;
}

/** What all kinds of programs have is tried with one of them; ours alone, and Python's plugins, cannot be compared. */
function keysToTry(header: string): KeySpec[] {
  const kind = sectionKind(header);
  const keys = kind === null ? [] : (keysOf(kind) ?? []);
  const own = /^(?:fcgi|event)/.test(header) ? /^(?:socket|user|priority|events|buffer_size|redirect_stderr)/ : /./;
  return keys.filter(({ key }) => own.test(key) && !/^(?:legacy_get_actions|essential|result_handler)$/.test(key));
}

function cases(): Case[] {
  const all: Case[] = [];
  for (const [header, base] of Object.entries(SECTIONS)) {
    const keys = keysToTry(header);
    for (const [index, { key, type }] of keys.entries()) {
      // What is read like two options before it is tried with fewer values.
      const known = keys.slice(0, index).filter((other) => other.type === type).length > 1;
      // Of several unknown events Supervisor names any.
      const values = ODD.filter((_, at) => !known || (at + index) % 6 === 0);
      for (const value of values.filter(
        (text) => key !== "events" || !/^.+,.*/.test(text) || /event|TICK/i.test(text),
      )) {
        const others = header === "supervisord" ? "" : "[supervisord]\n";
        const rest = Object.entries({ ...base, [key]: value }).map(([name, text]) => `${name}=${text}\n`);
        const members = header === "group:g" ? "[program:y]\ncommand=y\n[program:z]\ncommand=z\n" : "";
        const text = `${others}${members}[${header}]\n${rest.join("")}`;
        const file = join(folder, `${all.length}.conf`);
        writeFileSync(file, text);
        all.push({ text, file });
      }
    }
  }
  return all;
}

it("means the same to Supervisor and to us, or is refused in the same words", () => {
  const all = cases();
  const compared = compareWithSupervisor(all.map(({ file }) => file));
  const different = compared.filter(({ same, stricter, ours, theirs }, index) => {
    if (same) return false;
    if (stricter) return !STRICTER.some((message) => message.test(String(ours)));
    return !(EXPANDED_TWICE.test(String(theirs)) && all[index]!.text.includes("%%"));
  });
  expect(different.map(({ file, ours, theirs }) => ({ text: readFileSync(file, "utf8"), ours, theirs }))).toEqual([]);
  // Values that are all refused, or all accepted, would prove half of it.
  const accepted = compared.filter(({ theirs }) => typeof theirs !== "string").length;
  expect(accepted).toBeGreaterThan(all.length * 0.1);
});
