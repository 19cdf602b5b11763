import { execa } from "execa";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { closePair, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// What a message calls the config: what was typed, at the start, at every reread and in the log. More ways of writing it are in
// test/ini/file-names.test.ts.

const pair = makePair();
const BAD = "[program:a]\ncommand=sleep 1000\nstartsecs=x\n";
const ABOVE_A_LINK = `[program:a]
command=%(here)s/../bin/which
directory=%(here)s/..
stdout_logfile=%(here)s/../log/a.log
startsecs=0
autorestart=false
`;
const CTL = join(resolve(import.meta.dirname, "../.."), "bin/supervisorctl");

beforeAll(() => {
  for (const side of pair) {
    side.configure("");
    side.write("site/bad.conf", `[supervisord]\n${BAD}`);
    side.write("site/supervisord.conf", `[supervisord]\n${BAD}`);
    side.write("deep/etc/supervisord.conf", "[supervisord]\n[include]\nfiles=parts/*.conf\n");
    side.write("deep/etc/parts/a.conf", BAD);
    symlinkSync("site", side.path("linked"));
  }
});
afterAll(() => closePair(pair));

async function saidOf(side: Side, args: readonly string[], cwd: string): Promise<string> {
  const { stderr, status } = await side.run(args, { cwd: side.path(cwd) });
  expect(status).toBe(2);
  return stderr.replaceAll(side.program, "PROGRAM").replaceAll(side.folder, "@");
}

test.each([
  ["-n -c bad.conf", "site", "bad.conf"],
  ["-c ../linked/bad.conf", "site", "../linked/bad.conf"],
  ["-n -c ./site/../linked/bad.conf", ".", "./site/../linked/bad.conf"],
  ["-c missing.conf", "site", null],
  ["-n", "site", "supervisord.conf"],
  ["", "deep", "@/deep/etc/parts/a.conf"],
])("supervisord %s in %s", async (words, cwd, shown) => {
  const args = words.split(" ").filter((word) => word !== "");
  const [ours, real] = await onBoth(pair, (side) => saidOf(side, args, cwd));
  const last = (text: string): string => text.slice(text.indexOf("Error:"));
  expect(last(ours)).toBe(last(real));
  if (shown !== null) expect(ours).toContain(`in section 'program:a' (file: '${shown}')`);
});

describe.each([
  ["in the foreground", ["-n"]],
  ["in the background", []],
])("a daemon %s that was started with a relative path", (_, flags) => {
  test("keeps it for what it says at a reread, and after SIGHUP", async () => {
    const answers = await onBoth(pair, async (side) => {
      side.write("main.log", "");
      side.configure("[include]\nfiles=parts/*.conf\n");
      side.write("parts/a.conf", "");
      const ended = side.run([...flags, "-s", "-c", "parts/../supervisord.conf"]);
      await side.until(/supervisord started with pid/);
      const rereads: string[] = [];
      const reread = async (): Promise<void> => {
        rereads.push((await call(side, "reloadConfig").catch(String)).replaceAll(side.folder, "@"));
      };
      side.write("parts/a.conf", BAD);
      await reread();
      side.write("parts/a.conf", "nonsense\n");
      await reread();
      side.configure(BAD);
      await reread();
      side.configure("[program:a]\nnonsense\n");
      await reread();
      rmSync(side.config);
      await reread();
      mkdirSync(side.config);
      await reread();
      rmSync(side.config, { recursive: true });
      if (side.isOurs) {
        // Supervisor would end.
        side.configure(BAD);
        side.signal("SIGHUP");
        await side.until("in section 'program:a' (file: 'parts/../supervisord.conf')");
      }
      side.configure("");
      await side.stop();
      await ended;
      return rereads;
    });
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0][0]).toContain("(file: '@/parts/a.conf')");
    expect(answers[0][2]).toContain("(file: 'parts/../supervisord.conf')");
  });
});

test("a reload after the change of folder still knows the config by its name", async () => {
  const [ours] = pair;
  ours.write("main.log", "");
  ours.configure("", "directory=/");
  await ours.run(["-c", "site/../supervisord.conf"]);
  await ours.until(/supervisord started with pid/);
  ours.configure(BAD, "directory=/");
  expect(await call(ours, "reloadConfig").catch(String)).toContain("(file: 'site/../supervisord.conf')");
  await ours.stop();
});

test("what is above a folder that is a link is what the kernel finds there", async () => {
  const answers = await onBoth(pair, async (side) => {
    side.write("main.log", "");
    for (const place of ["far", "etc"]) {
      side.write(`${place}/bin/which`, `#!/bin/sh\necho ${place}\ncat kept\n`, 0o755);
      side.write(`${place}/kept`, place);
    }
    // Only where the link leads to is there such a folder.
    mkdirSync(side.path("far/log"));
    side.write("far/parts/a.conf", ABOVE_A_LINK);
    symlinkSync("../far/parts", side.path("etc/parts"));
    side.configure("[include]\nfiles=etc/parts/*.conf\n");
    await side.start();
    await side.until(/exited: a \(exit status 0; expected\)/);
    const info = (await call(side, "getProcessInfo", "a")).replaceAll(side.folder, "@");
    expect(info).toContain("@/etc/parts/../log/a.log");
    const tail = await call(side, "readProcessStdoutLog", "a", "0", "0");
    await side.stop();
    return { written: side.read("far/log/a.log"), tail };
  });
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0].written).toBe("far\nfar");
});

test("a socket's path is resolved as text, by the daemon and by its clients", async () => {
  const answers = await onBoth(pair, async (side) => {
    side.write("main.log", "");
    side.write("sockets/far/inner/kept", "");
    side.write("sockets/near/kept", "");
    symlinkSync("../far/inner", side.path("sockets/near/link"));
    side.configure("[unix_http_server:b]\nfile=@/sockets/near/link/../b.sock\n");
    await side.start();
    const found = ["near", "far"].map((place) => existsSync(side.path(`sockets/${place}/b.sock`)));
    const ctl = side.write("ctl.conf", "[supervisorctl]\nserverurl=unix://@/sockets/near/link/../b.sock\n");
    const pids = await Promise.all(
      ["/usr/bin/supervisorctl", CTL].map((program) => execa(program, ["-c", ctl, "pid"], { reject: false })),
    );
    await side.stop();
    return { found, told: pids.map(({ stdout }) => /^\d+$/.test(stdout)) };
  });
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toEqual({ found: [true, false], told: [true, true] });
});

test.each([
  ["-c missing.conf status", "could not find config file missing.conf"],
  ["-c ../missing.conf status", "could not find config file ../missing.conf"],
  ["-c ~/missing.conf status", "could not find config file ~/missing.conf"],
  ["-c ../site status", "could not read config file ../site"],
  ["-c bad.conf status", ".ini file does not include supervisorctl section"],
])("supervisorctl %s", async (words, expected) => {
  const [ours, real] = await onBoth(pair, async (side) => {
    const program = side.isOurs ? CTL : "/usr/bin/supervisorctl";
    const options = { cwd: side.path("site"), reject: false } as const;
    const { stdout, stderr, exitCode } = await execa(program, words.split(" "), options);
    return { stdout, stderr: stderr.replaceAll(program, "PROGRAM"), exitCode };
  });
  expect(ours).toEqual(real);
  expect(ours.stderr).toContain(`Error: ${expected}`);
});
