import { execa } from "execa";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../support/project.ts";

const root = resolve(import.meta.dirname, "../..");
let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

describe("the package", () => {
  test("installs into an empty folder elsewhere, and works there", async () => {
    const run = (command: string, args: readonly string[]) =>
      execa(command, args, { cwd: project.folder, env: project.env, extendEnv: false });
    // dist/ was built before the tests; building it here again would pull it from under the others.
    const packed = await execa("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project.folder], {
      cwd: root,
    });
    const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
    expect(files.map((file) => file.path.split("/")[0])).not.toContain("test");
    const linked = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/\]\(((?!http)[^)#]*)/g)].map(
      ([, path]) => path ?? "",
    );
    expect(linked.length).toBeGreaterThan(5);
    expect(linked.filter((path) => !files.some((file) => file.path.startsWith(path)))).toEqual([]);
    project.write("package.json", '{ "name": "elsewhere", "private": true }');
    await run("npm", ["install", "--no-audit", "--no-fund", join(project.folder, filename)]);
    expect(
      readdirSync(join(project.folder, "node_modules"))
        .filter((name) => !name.startsWith("."))
        .sort(),
    ).toEqual(["@esbuild", "@koromix", "esbuild", "koffi", "sup"]);

    const sup = join(project.folder, "node_modules/.bin/sup");
    expect((await run(sup, ["init", "minimal"])).stdout).toContain("Wrote supervisor.config.ts");
    expect((await run(sup, ["check"])).stdout).toContain("1 process in 1 group, no mistakes");
    await run(sup, ["up", "--wait"]);
    expect((await run(sup, ["status"])).stdout).toMatch(/^hello +RUNNING +\d+/);
    expect((await run(sup, ["down"])).stdout).toBe("Stopped.");

    // The types are found from the package, without zod or anything else that is not installed.
    project.write(
      "check.ts",
      'import { defineConfig } from "sup";\nexport default defineConfig({ programs: { a: { command: "a", dependsOn: { b: "ready" } }, b: { command: "b" } } });\n',
    );
    project.write(
      "library.ts",
      `import { connect, type SupEvent } from "sup/client";
       import { createSupervisor, type Supervisor } from "sup/embed";
       export async function watch(use: (event: SupEvent) => void): Promise<number> {
         await using supervisor: Supervisor = await createSupervisor({ programs: { a: { command: "a" } } });
         await using client = connect({ url: "http://localhost" });
         for await (const event of client.events()) use(event);
         return (await supervisor.status()).processes.length;
       }\n`,
    );
    project.write(
      "tsconfig.json",
      '{ "compilerOptions": { "strict": true, "noEmit": true, "module": "nodenext", "moduleResolution": "nodenext", "types": [], "skipLibCheck": false }, "files": ["check.ts", "library.ts"] }',
    );
    // "nodenext" lets CommonJS require ES modules, whatever it finds; "node16" does not.
    project.write("check.cts", readFileSync(join(project.folder, "check.ts"), "utf8"));
    project.write(
      "library.cts",
      `import { connect } from "sup/client";
       import { createSupervisor } from "sup/embed";
       export const all = [connect, createSupervisor];\n`,
    );
    project.write(
      "node16.json",
      '{ "extends": "./tsconfig.json", "compilerOptions": { "module": "node16", "moduleResolution": "node16" }, "files": ["check.cts", "library.cts"] }',
    );
    for (const config of ["tsconfig.json", "node16.json"]) {
      const args = [join(root, "node_modules/typescript/bin/tsc"), "-p", join(project.folder, config)];
      const tsc = await execa(process.execPath, args, { reject: false });
      expect(tsc.stdout).toBe("");
      expect(tsc.exitCode).toBe(0);
    }
  });

  test("names the same files to a TypeScript that knows no exports, as version 5 with module commonjs", () => {
    const { exports, main, types, typesVersions } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const required = (entry: string) => exports[entry].require;
    expect({ types, default: main }).toEqual(required("."));
    expect(typesVersions["*"]).toEqual({
      client: [required("./client").types],
      embed: [required("./embed").types],
    });
  });

  test("has a library for programs of both kinds", async () => {
    const scripts = {
      "library.mjs":
        'import { connect } from "sup/client"; import { createSupervisor } from "sup/embed"; import { defineConfig } from "sup";',
      "library.cjs":
        'const { connect } = require("sup/client"); const { createSupervisor } = require("sup/embed"); const { defineConfig } = require("sup");',
    };
    mkdirSync(join(project.folder, "node_modules"));
    symlinkSync(root, join(project.folder, "node_modules/sup"));
    for (const [name, imports] of Object.entries(scripts)) {
      project.write(
        name,
        `${imports}
        (async () => {
          const supervisor = await createSupervisor(defineConfig({ programs: { a: { command: "sleep 1000", startsecs: 0 } } }));
          await supervisor.ready("a");
          const url = "unix://" + (await supervisor.status()).config.file.replace("config.json", "control.sock");
          const client = connect({ url });
          console.log((await client.status()).processes[0].state);
          await supervisor.close();
        })();`,
      );
      const result = await execa(process.execPath, [name], { cwd: project.folder, reject: false, timeout: 60_000 });
      expect(result, result.stderr).toMatchObject({ exitCode: 0, stdout: "RUNNING", stderr: "" });
    }
  });

  test("has executable programs in bin/", () => {
    for (const name of ["sup", "supervisord", "supervisorctl", "echo_supervisord_conf", "pidproxy", "init"]) {
      expect(statSync(join(root, "bin", name)).mode & 0o111, name).toBe(0o111);
    }
  });
});

describe("the templates of sup init", () => {
  for (const name of readdirSync(join(root, "templates/init")).map((file) => file.replace(/\.ts$/, ""))) {
    test(`${name} is a config without mistakes`, async () => {
      expect((await project.sup("init", name)).exitCode).toBe(0);
      const check = await project.sup("check");
      expect(check, check.stderr).toMatchObject({ exitCode: 0 });
      expect(await project.sup("init", name)).toMatchObject({ exitCode: 1 });
    });
  }
});

test("sup init says what its templates are for, and takes the place of no other config by itself", async () => {
  const { stdout } = await project.sup("init", "--list");
  expect(stdout.split("\n")).toEqual([
    "minimal  One program, to begin with",
    expect.stringMatching(/^node {5}A web server/),
    expect.stringMatching(/^python {3}A web application/),
    expect.stringMatching(/^server {3}For a server/),
  ]);
  const conf = project.write("supervisord.conf", "[supervisord]\n[program:a]\ncommand=sleep 1000\n");
  const refused = await project.sup("init");
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toContain("`sup import-ini supervisord.conf -o supervisor.config.ts`");
  expect((await project.sup("check")).stdout).toContain(`${conf}: 1 process in 1 group`);
  expect(await project.sup("import-ini", "supervisord.conf", "-o", "supervisor.config.ts")).toMatchObject({
    exitCode: 0,
  });
  expect((await project.sup("check")).stdout).toContain("supervisor.config.ts: 1 process in 1 group");
});

test("sup init writes nothing if the package.json is broken and no template is named", async () => {
  project.write("package.json", "{ broken");
  const refused = await project.sup("init");
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toMatch(
    /^sup: package\.json is not valid JSON: .*\nNothing was written\. Mend it, or name a template: `sup init minimal`\.$/,
  );
  expect(readdirSync(project.folder)).toEqual(["package.json"]);
  rmSync(join(project.folder, "package.json"));
  mkdirSync(join(project.folder, "Procfile"));
  expect((await project.sup("init")).stderr).toMatch(/^sup: cannot read .*\/Procfile: .*\nNothing was written\./);
  expect(await project.sup("init", "minimal")).toMatchObject({ exitCode: 0 });
});

test("sup init makes a config of a Procfile, and it runs", async () => {
  project.write("Procfile", "web: echo listening on $PORT '100%'; exec sleep 1000\nworker: node worker.js\n");
  project.write("worker.js", 'console.log("asked at", process.env.PORT);\nsetInterval(() => undefined, 1000);\n');
  project.write(".env", "A=1\n");
  const made = await project.sup("init");
  expect(made.stdout).toContain("Wrote supervisor.config.ts from Procfile");
  expect(await project.sup("up", "-d", "--wait")).toMatchObject({ exitCode: 0 });
  expect((await project.sup("logs", "web")).stdout).toMatch(/^listening on 5000 100%$/m);
  expect((await project.sup("logs", "worker")).stdout).toMatch(/^asked at 5100$/m);
});
