import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, freePort } from "../support/http.ts";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { Project } from "../support/project.ts";

/* What a program is given in its environment stays between the daemon and the program, and so does a server's password. */
const SECRET = "s3cr3t-of-the-program";
const NEXT = "0ther-s3cr3t-of-the-program";
const PASSWORD = "p4ssw0rd-of-the-server";
const authorization = { Authorization: `Basic ${Buffer.from(`user:${PASSWORD}`).toString("base64")}` };
let project: Project;
let port: number;

beforeAll(async () => {
  project = new Project();
  port = await freePort();
  configure(SECRET);
  const up = await project.sup("up", "-d", "--no-watch");
  if (up.exitCode !== 0) throw new Error(up.stderr);
}, 60_000);

afterAll(() => project.close());

function configure(secret: string): void {
  project.write(
    "supervisor.config.json",
    JSON.stringify({
      unixHttpServer: { file: join(project.folder, "s.sock") },
      inetHttpServer: { port: `127.0.0.1:${port}`, username: "user", password: PASSWORD },
      programs: { web: { command: "/bin/sleep 1000", startsecs: 0, environment: { TOKEN: secret } } },
    }),
  );
}

/** Every page and answer that could show a config. */
async function lookAtPages(): Promise<void> {
  for (const path of ["/", "/metrics", "/api/v1/status", "/api/v1/plan", "/config", "/events", "/process/web:web"]) {
    const headers = { ...authorization, "Content-Type": "application/json" };
    for (const method of ["GET", "POST"]) {
      const { status, body } = await ask({ port, path, headers, method }, method === "POST" ? "{}" : undefined);
      expectNoSecrets(`${method} ${path}`, body);
      if (method === "GET" && ["/", "/metrics"].includes(path)) expect({ path, status }).toEqual({ path, status: 200 });
    }
  }
}

test("no answer over HTTP holds a value of the environment or a password", async () => {
  const calls = ["getAllProcessInfo", "getAllConfigInfo", "reloadConfig", "getState"].map(
    (name) => `supervisor.${name}`,
  );
  for (const method of calls) {
    const headers = { "Content-Type": "text/xml", ...authorization };
    const { status, body } = await ask({ port, path: "/RPC2", method: "POST", headers }, encodeRequest(method, []));
    expect({ method, status, body }).toMatchObject({ method, status: 200 });
    expectNoSecrets(method, body);
  }
  await lookAtPages();
});

test("an edit of the environment is told of by its name, in the plan and in the log", async () => {
  configure(NEXT);
  const planned = await project.sup("plan");
  expect(planned.stdout).toContain("environment");
  expectNoSecrets("plan", planned.stdout + planned.stderr);
  expectNoSecrets("plan --json", (await project.sup("plan", "--json")).stdout);
  await lookAtPages();
  expectNoSecrets("update", (await project.sup("update")).stdout);
  expectNoSecrets("the log", (await project.sup("logs", "--json")).stdout);
});

test("nor does a command that shows the config, or the daemon's log", async () => {
  for (const words of [["status", "--json"], ["status"], ["config", "print"], ["plan", "--json"], ["reread"]]) {
    const { stdout, stderr } = await project.sup(...words);
    expect(stdout + stderr, words.join(" ")).not.toContain(PASSWORD);
    // The config is the user's own file, printed on the user's own terminal; the daemon's answers hold no values.
    if (words[0] !== "config") expectNoSecrets(words.join(" "), stdout + stderr);
  }
});

test("what the daemon keeps is for its owner alone: folders 0700, sockets and state 0600", () => {
  const lax: string[] = [];
  const look = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: 0 };
      if ((mode & 0o077) !== 0) lax.push(`${path} ${(mode & 0o777).toString(8)}`);
      if ((mode & 0o170_000) === 0o040_000) look(path);
    }
  };
  look(join(project.folder, ".run"));
  expect(lax).toEqual([]);
  expect(statSync(join(project.folder, "s.sock")).mode & 0o777).toBe(0o700);
});

function expectNoSecrets(where: string, text: string): void {
  for (const secret of [SECRET, NEXT, PASSWORD]) expect(text.includes(secret), `${where} holds ${secret}`).toBe(false);
}
