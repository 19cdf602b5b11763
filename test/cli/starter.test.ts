import { expect, it } from "vitest";
import { starterFor, type FolderFacts } from "../../src/cli/commands/starter.ts";
import { expandTemplate } from "../../src/model/text/template.ts";

const facts = (some: Partial<FolderFacts>): FolderFacts => ({ procfile: null, packageJson: null, files: [], ...some });
const head = `import { defineConfig } from "sup";\n`;

it("takes the lines of a Procfile, with a shell where one is needed", () => {
  const procfile =
    "# comment: not a program\nweb: bundle exec puma -p $PORT\r\n\nworker:  ruby work.rb 'a b'  \nodd.one: A=1 date +%s | cat '%(here)s'\nworker: ruby last.rb\n";
  const starter = starterFor(facts({ procfile, packageJson: '{"scripts":{"dev":"x"}}' }));
  expect(starter?.source).toBe("Procfile");
  expect(starter?.text).toBe(`${head}
export default defineConfig({
  programs: {
    web: {
      command: "sh -c 'bundle exec puma -p $PORT'",
      environment: { PORT: "5000" },
      stopasgroup: true,
    },
    worker: {
      command: "ruby last.rb",
      environment: { PORT: "5100" },
    },
    "odd.one": {
      command: "sh -c 'A=1 date +%s | cat '\\"'\\"'%%(here)s'\\"'\\"''",
      environment: { PORT: "5200" },
      stopasgroup: true,
    },
  },
});
`);
});

it("doubles percent signs only where a variable of sup's would begin, and so leaves those of other programs alone", () => {
  const starter = starterFor(facts({ procfile: "web: tags %(refname) %(here)s %(ENV_A)s 50% %%(x) %%(here)s\n" }));
  const command = /command: "sh -c '(.*)'"/.exec(starter?.text ?? "")?.[1] ?? "";
  const here = "tags %(refname) %%(here)s %%(ENV_A)s 50% %%(x) %%%%(here)s";
  expect(command).toBe(here);
  const expanded = expandTemplate(command, new Map([["here", "/srv"]]), "command");
  expect(expanded).toEqual({ ok: true, text: "tags %(refname) %(here)s %(ENV_A)s 50% %%(x) %%(here)s" });
});

it.each([
  ["exec node server.js", true],
  [". ./env.sh", true],
  ["cd app", true],
  ["ulimit -n 4096", true],
  ["node server.js", false],
  ["./exec node", false],
  ["executor --cd", false],
  ["cd-player exec", false],
])("runs %j with a shell, if that alone knows what it means: %s", (command, shell) => {
  const { text = "" } = starterFor(facts({ procfile: `web: ${command}\n` })) ?? {};
  expect(text).toContain(shell ? `command: "sh -c '${command}'",` : `command: "${command}",`);
  expect(text.includes("stopasgroup: true")).toBe(shell);
});

it.each(["npm run css", "npx vite", "yarn build:css --watch", "node_modules/.bin/pnpm dev", "bunx vite"])(
  "has %j stopped with all that it starts",
  (command) => {
    const { text = "" } = starterFor(facts({ procfile: `css: ${command}\n` })) ?? {};
    expect(text).toContain(`command: "${command}",\n      environment: { PORT: "5000" },\n      stopasgroup: true,`);
  },
);

it("makes names of scripts that a program can have", () => {
  const packageJson = JSON.stringify({ scripts: { dev: "x", "dev:apps/web": "y" } });
  const { text = "" } = starterFor(facts({ packageJson })) ?? {};
  expect(text).toContain('"dev-apps-web": {\n      command: "npm run dev:apps/web",');
});

it("keeps a program whose name is special in JavaScript", () => {
  const { text = "" } = starterFor(facts({ procfile: "__proto__: cat\nconstructor: cat\n1st: cat\n" })) ?? {};
  expect([...text.matchAll(/^ {4}(\S+): \{$/gm)].map(([, key]) => key)).toEqual([
    '["__proto__"]',
    "constructor",
    '"1st"',
  ]);
});

it("names the lines of a Procfile that it passes over", () => {
  const starter = starterFor(facts({ procfile: "web: cat\n# a comment\n\nworker cat\n: x\nempty:\n" }));
  expect(starter?.passedOver).toEqual(["worker cat", ": x", "empty:"]);
});

it("names the file that it was made of", () => {
  const of = (files: readonly string[]) => starterFor(facts({ procfile: "web: cat\n", files }))?.source;
  expect(of(["Procfile", "package.json"])).toBe("Procfile");
  expect(of(["Procfile", "Procfile.dev"])).toBe("Procfile.dev");
});

it("keeps quotes of a shell command", () => {
  const starter = starterFor(facts({ procfile: "a: echo 'x y' && cat\n" }));
  expect(starter?.text).toContain(`command: "sh -c 'echo '\\"'\\"'x y'\\"'\\"' && cat'",`);
});

it.each([
  [["package-lock.json"], "npm run"],
  [["pnpm-lock.yaml"], "pnpm run"],
  [["yarn.lock"], "yarn run"],
])("takes the scripts that run on, by the runner of %j", (files, runner) => {
  const packageJson = JSON.stringify({
    scripts: { test: "vitest", dev: "vite", "dev:api": "node api.js", start: "x", worker: "y" },
  });
  const starter = starterFor(facts({ packageJson, files: [...files, ".env"] }));
  expect(starter?.source).toBe("the scripts of package.json");
  expect(starter?.text).toContain(`const env = { envFile: ".env" };`);
  const commands = [...(starter?.text ?? "").matchAll(/^ {4}"?([\w-]+)"?: \{[^}]*command: "(.*)"/gm)];
  expect(commands.map(([, name, command]) => [name, command])).toEqual([
    ["dev", `${runner} dev`],
    ["dev-api", `${runner} dev:api`],
    ["worker", `${runner} worker`],
  ]);
});

it.each([
  facts({}),
  facts({ procfile: "" }),
  facts({ procfile: "not a procfile\n" }),
  facts({ packageJson: "null" }),
  facts({ packageJson: '{"scripts":null}' }),
  facts({ packageJson: '{"scripts":{"test":"x"}}' }),
])("finds nothing in %j", (nothing) => {
  expect(starterFor(nothing)).toBeNull();
});

it("does not pass over a package.json that is none, unless a Procfile names programs", () => {
  const broken = '{ "scripts": { "start": "node a.js", } }';
  expect(() => starterFor(facts({ packageJson: broken }))).toThrow(/^package\.json is not valid JSON: .*JSON/);
  expect(() => starterFor(facts({ packageJson: "" }))).toThrow(/^package\.json is not valid JSON: /);
  expect(starterFor(facts({ packageJson: broken, procfile: "web: node a.js" }))?.source).toBe("Procfile");
  expect(starterFor(facts({ packageJson: '\uFEFF{ "scripts": { "start": "x" } }' }))?.text).toContain("npm run start");
});

it("leaves the port to .env if it is said there, and runs a release once", () => {
  const starter = starterFor(
    facts({
      procfile: "release: rake db:migrate\nweb: node s.js $PORT\n",
      files: [".env"],
      env: "# x\nexport PORT=4000\n",
    }),
  );
  expect(starter?.text).not.toContain("5100");
  expect(starter?.text).toMatch(/release: \{\n.*\n.*rake db:migrate",\n.*\n *startsecs: 0,\n *autorestart: false,/);
});
