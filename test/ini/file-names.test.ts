import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadIni } from "../../src/ini/load-ini.ts";
import { hostFiles, hostWorld } from "./host.ts";
import { askSupervisor } from "./oracle.ts";

// What a message calls the file it is about: the config as it was typed, what it includes by the way that led there.

const folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-names-")));
const cwd = join(folder, "site");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = "[supervisord]\n";
const BAD = "startsecs=x\n";
/** Name of the main file, its text. */
const MAIN: Readonly<Record<string, string>> = {
  "program.conf": `${HEAD}[program:a]\ncommand=x\n${BAD}`,
  "listener.conf": `${HEAD}[eventlistener:a]\ncommand=x\nevents=TICK\n${BAD}`,
  "expansion.conf": `${HEAD}[program:a]\ncommand=%(nothing)s\n`,
  "lines.conf": `${HEAD}nonsense\n`,
  "headless.conf": "a=b\n",
  "empty.conf": "",
  "includes.conf": `${HEAD}[include]\nfiles=parts/bad.conf\n`,
  "above.conf": `${HEAD}[include]\nfiles=../other/bad.conf ./parts/*.conf\n`,
  "here.conf": `${HEAD}[include]\nfiles=%(here)s/parts/bad.conf\n`,
  "there.conf": `${HEAD}[include]\nfiles=${folder}/other/../linked/parts/bad.conf\n`,
  "badlines.conf": `${HEAD}[include]\nfiles=parts/*.lines\n`,
  "badhead.conf": `${HEAD}[include]\nfiles=../site/parts/*.head\n`,
  "shared.conf": `${HEAD}[program:a]\ncommand=x\n[include]\nfiles=parts/bad.conf\n`,
  "completes.conf": `${HEAD}[program:b]\n${BAD}[include]\nfiles=parts/good.conf\n`,
  "none.conf": `${HEAD}[include]\nfiles=parts/*.nothing\n[program:a]\ncommand=x\n${BAD}`,
};
const PARTS: Readonly<Record<string, string>> = {
  "parts/bad.conf": `[program:a]\ncommand=x\n${BAD}`,
  "parts/good.conf": "[program:b]\ncommand=x\n",
  "parts/x.lines": "[program:c]\nnonsense\n",
  "parts/x.head": "command=x\n",
  "../other/bad.conf": `[program:a]\ncommand=x\n${BAD}`,
};

beforeAll(() => {
  for (const [name, text] of [...Object.entries(MAIN), ...Object.entries(PARTS)]) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  symlinkSync("site", join(folder, "linked"));
  mkdirSync(join(cwd, "links/parts"), { recursive: true });
  for (const name of Object.keys(MAIN)) symlinkSync(`../${name}`, join(cwd, "links", name));
  for (const name of ["bad.conf", "good.conf"]) symlinkSync(`../../parts/${name}`, join(cwd, "links/parts", name));
});

test.each([
  ["a bare name", ""],
  ["a name with a dot", "./"],
  ["a way up and down", "../site/"],
  ["a folder's symlink", "../linked/"],
  ["a symlink of its own, in whose folder it is then", "links/"],
  ["too many slashes", ".//links/..//"],
  ["an absolute path", `${cwd}/`],
  ["an absolute path with a way up", `${folder}/other/../linked/`],
])("is as Supervisor calls it: %s", (_, before) => {
  const names = Object.keys(MAIN).map((name) => before + name);
  const answers = askSupervisor(names, false, cwd);
  const ours = names.map((shown) => {
    const file = resolve(cwd, shown);
    const { outcome, messages } = loadIni({ ...hostFiles, file, shown, world: hostWorld(file) });
    if (!outcome.ok) return { shown, said: outcome.problems[0]?.message };
    return { shown, said: messages.map(({ text }) => text) };
  });
  const theirs = names.map((shown, index) => {
    const { error, warnings, infos } = answers[index]!;
    return { shown, said: error ?? [...warnings, ...infos] };
  });
  expect(ours).toEqual(theirs);
  expect(ours[0]?.said).toContain(`(file: '${before}program.conf')`);
});
