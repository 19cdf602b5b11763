import { afterAll, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { OURS, Side } from "../support/supervisord-pair.ts";

// An AUTO log that cannot be made, here because its name is too long: Supervisor ends with a traceback. It is the trouble of that
// program alone.

const side = new Side(OURS);
afterAll(() => side.close());

test("a program whose log cannot be made hides nothing of the others", async () => {
  const name = "n".repeat(230);
  side.configure(`[program:fine]\ncommand=sleep 1000\n[program:${name}]\ncommand=sleep 1000\nstartretries=0\n`);
  await side.start();
  await side.until("success: fine ");
  await side.until(/gave up: n+ entered FATAL/);
  expect(side.log).toContain(`spawnerr: unknown error making dispatchers for '${name}': ENAMETOOLONG`);
  expect(side.ctl("status")).toMatch(/^fine +RUNNING .*\nn+ +FATAL +unknown error making dispatchers/);
  expect(side.ctl("avail")).toMatch(/^fine +in use .*\nn+ +in use /);
  expect(side.ctl("tail", name)).toBe(`${name}: ERROR (no log file)\n`);
  expect(side.ctl("clear", name)).toBe(`${name}: cleared\n`);
  expect(await call(side, "getProcessInfo", name)).toContain("'stdout_logfile': ''");
  expect(side.log).not.toContain("request failed");
});
