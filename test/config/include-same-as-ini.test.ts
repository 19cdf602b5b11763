import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addIncludes } from "../../src/config/config-includes.ts";
import { readWithIncludes } from "../../src/ini/include.ts";
import { readIni } from "../../src/ini/read-ini.ts";
import { buildModel } from "../../src/model/build/build.ts";
import { checkConfig } from "../../src/model/check-config.ts";
import type { Config } from "../../src/model/config.ts";
import { generateIni } from "../ini/generate-ini.ts";
import { hostFiles, hostWorld } from "../ini/host.ts";

const folder = mkdtempSync(join(tmpdir(), "sup-include-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "conf.d"));
const main = join(folder, "supervisord.conf");
const world = hostWorld(main);

/** What the main file says, with what it includes; `null` for a mistake. */
function read(): Config | null {
  const included = readWithIncludes(main, hostFiles, world);
  if (!included.ok) return null;
  const { config, problems } = readIni(included.tree, world);
  return problems.length === 0 ? config : null;
}

/** A file with nothing that is there once only, whose names are others than those of the main file. */
function forInclude(text: string): string {
  return text
    .replaceAll(/\[(program|group|fcgi-program|eventlistener):/g, "[$1:i")
    .replaceAll(/^(programs *[=:] *)/gm, "$1i")
    .replaceAll(
      /^\[(?:supervisord|supervisorctl|DEFAULT|rpcinterface|inet_http_server|unix_http_server).*$/gm,
      "[others]",
    );
}

test("a typed config that includes a file means what the same config in Supervisor's format means", () => {
  let compared = 0;
  for (let seed = 0; seed < 1200; seed += 1) {
    const text = generateIni(seed);
    // [DEFAULT] is for files of one format, and a typed config has an answer to an fcgi-program in a group.
    if (text.includes("[DEFAULT]") || text.includes("[fcgi-program")) continue;
    const other = forInclude(generateIni(100_000 + seed));
    writeFileSync(join(folder, "conf.d/other.conf"), other);
    writeFileSync(main, `${text}\n[include]\nfiles=conf.d/*.conf\n`);
    const whole = read();
    const expected = whole && buildModel(whole, world);
    if (!expected?.ok) continue;
    writeFileSync(main, text);
    const value = JSON.parse(JSON.stringify({ ...read(), include: { files: "conf.d/*.conf" } })) as Config;
    const included = addIncludes(value, world, hostFiles);
    const found = { problems: included.problems, model: checkConfig(included.value, world) };
    expect({ text, other, ...found }).toEqual({ text, other, problems: [], model: expected });
    compared += 1;
  }
  expect(compared).toBeGreaterThan(100);
});
