import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { closePair, eventually, makePair, normalLines, onBoth, type Side } from "../support/supervisord-pair.ts";

// Configs that people wrote, with harmless commands and places, under both daemons: the same start, the same end, the same words;
// or the same refusal.

const CORPUS = join(import.meta.dirname, "../fixtures/corpus");
/** Whole files; the others are parts of something, and are given a `[supervisord]`. */
const NAMES = readdirSync(CORPUS)
  .filter((name) => name.endsWith(".conf"))
  .filter((_, index) => index % 2 === 0 || process.env["SUP_WHOLE_CORPUS"] !== undefined);

const pairs: (readonly [Side, Side])[] = [];
afterAll(() => Promise.all(pairs.map(closePair)));

/** `@` is the folder of a side. */
function harmless(source: string): string {
  const text = source
    .replaceAll(/^([ \t]*command[ \t]*[=:]).*(?:\r?\n[ \t]+\S.*)*/gm, "$1 sleep 1000")
    .replaceAll(/^[ \t]*(?:user|directory|socket_owner|chown|result_handler|files|startsecs)[ \t]*[=:].*$/gm, "")
    .replaceAll(/^(std\w+_logfile|logfile|pidfile|childlogdir)[ \t]*[=:].*$/gm, "")
    .replaceAll(/^(file[ \t]*=).*$/gm, "$1@/s.sock")
    .replaceAll(/^(socket[ \t]*=).*$/gm, "$1unix://@/fcgi.sock")
    .replaceAll(/^\[include\].*$/gm, "")
    .replaceAll(/^\[inet_http_server[^[]*/gm, "");
  return text.includes("[supervisord]") ? text : `[supervisord]\n${text}`;
}

/** Timing, and what docs/compatibility.md has: warnings of unknown keys, sockets that are made and closed as a test. */
const LEFT_OUT = /waiting for|overflowed|^WARN unknown |^WARN .* given twice|(?:Creating|Closing) socket/;

async function story(side: Side, name: string, text: string, env: NodeJS.ProcessEnv): Promise<readonly unknown[]> {
  side.write("supervisord.conf", text);
  mkdirSync(side.path("auto"));
  const starts = text
    .split(/^\[/m)
    .some(
      (part) =>
        /^(?:program|eventlistener|fcgi-program):/.test(part) && !/^autostart\s*=\s*(?:false|no|0)/im.test(part),
    );
  const places = ["-l", side.path("main.log"), "-j", side.path("s.pid"), "-q", side.path("auto"), "-e", "info"];
  const daemon = side.foreground(["-s", ...places], { env });
  let status: number | null | undefined;
  void daemon.ended.then((ended) => (status = ended));
  const named = (pattern: RegExp): string[] => [...side.log.matchAll(pattern)].map(([, process = ""]) => process);
  const settled = (): boolean => {
    const ready = new Set(named(/ (?:success|exited): (\S+) /g));
    const spawned = named(/ spawned: '(\S+)' /g);
    return (spawned.length > 0 || !starts) && spawned.every((process) => ready.has(process));
  };
  const up = (): boolean => status !== undefined || (side.log.includes("supervisord started with pid") && settled());
  await eventually(up, () => `${side.program}: ${name} does not come up:\n${side.log}${daemon.said.stderr}`);
  if (status === undefined) side.signal("SIGTERM");
  await daemon.ended;
  const lines = normalLines(side.log, side.folder).filter((line) => !LEFT_OUT.test(line));
  const order = lines.filter((line) => line.includes("spawned: ")).map((line) => line.replace(/ with pid.*/, ""));
  // A socket is bound before the first of its processes: others may be spawned meanwhile.
  if (text.includes("[fcgi-program:")) order.sort();
  return [status, refusal(daemon.said.stderr.replaceAll(side.folder, "@")), order, lines.sort()];
}

/** What it says of a config that it refuses; where several mistakes are told, the first; names of variables are not listed. */
function refusal(stderr: string): string {
  return (/^Error: .*$/m.exec(stderr)?.[0] ?? "").replace(/ Available names: .*/, "");
}

describe("a config of somebody's", () => {
  test.concurrent.each(NAMES)("%s", { timeout: 120_000 }, async (name) => {
    const text = harmless(readFileSync(join(CORPUS, name), "utf8"));
    const named = [...text.matchAll(/%\(ENV_([^()]*)\)/g)].map(([, variable = ""]) => [variable, "1"] as const);
    const pair = makePair();
    pairs.push(pair);
    const [ours, real] = await onBoth(pair, (side) => story(side, name, text, Object.fromEntries(named)));
    expect(ours).toEqual(real);
  });
});
