// Builds everything a user runs: one small CommonJS bundle per program (CommonJS starts faster than ESM on
// Node 20), the library that configs import, and its types. Pure-JS libraries are bundled, so that an
// install stays small; esbuild itself stays external, because only the evaluator needs it.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";
import { helpFile } from "./help-file.mjs";
import { besides, lazyModules } from "./lazy-modules.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Bundle name -> entry file. Each is a composition root of the top floor. */
const programs = {
  sup: "src/cli/main.ts",
  commands: "src/cli/program.ts",
  actions: "src/cli/actions.ts",
  "cli-table3": "node_modules/cli-table3/index.js",
  "display-width": "src/cli/render/display-width.ts",
  "parse-xml": "node_modules/@rgrove/parse-xml/dist/index.js",
  chokidar: "node_modules/chokidar/index.js",
  execa: "node_modules/execa/index.js",
  "prom-client": "node_modules/prom-client/index.js",
  schema: "src/model/schema/validate.ts",
  tooling: "src/cli/tooling.ts",
  supervisord: "src/cli/supervisord.ts",
  "supervisord-check": "src/cli/supervisord-check.ts",
  pidproxy: "src/cli/pidproxy.ts",
  echo_supervisord_conf: "src/cli/echo-supervisord-conf.ts",
  supervisorctl: "src/cli/supervisorctl.ts",
  keeper: "src/cli/keeper.ts",
  keeping: "src/cli/keeping.ts",
  supervisor: "src/cli/supervisor.ts",
  evaluator: "src/cli/evaluator.ts",
  listener: "src/cli/listener.ts",
  foreground: "src/cli/run-foreground.ts",
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
  external: ["esbuild", "koffi", "fsevents"],
  define: { __SUP_VERSION__: JSON.stringify(version) },
};

/** Programs that run for one command: most of their time is the reading of their own code, so it is short. */
const client = {
  minifyWhitespace: true,
  // By `require`: the loader of ESM takes longer than the module.
  supported: { "dynamic-import": false },
  plugins: [
    lazyModules(["child_process", "crypto", "net", "os", "@rgrove/parse-xml"], {
      "./display-width.ts": ["displayWidth"],
    }),
    besides({
      "cli-table3": "./cli-table3.cjs",
      "@rgrove/parse-xml": "./parse-xml.cjs",
      "./display-width.ts": "./display-width.cjs",
    }),
  ],
};

/** What few daemons use, or none right after its start, is read when it is used. */
const supervisor = {
  supported: { "dynamic-import": false },
  plugins: [
    lazyModules(["child_process", "vm"], { chokidar: ["watch"] }),
    besides({
      chokidar: "./chokidar.cjs",
      execa: "./execa.cjs",
      "prom-client": "./prom-client.cjs",
    }),
  ],
};

/** Supervisor's own format has no use for zod. */
const validate = ["validateConfig", "prepareValidation"];
const tooling = {
  plugins: [
    lazyModules([], { "./schema/validate.ts": validate, "../model/schema/validate.ts": validate }),
    besides({ "./schema/validate.ts": "./schema.cjs", "../model/schema/validate.ts": "./schema.cjs" }),
  ],
};
const settings = { supervisor, tooling };
const clients = new Set(["sup", "commands", "actions", "supervisorctl", "cli-table3", "display-width", "parse-xml"]);

/** What CommonJS has by itself: the folder of the bundle. */
const DIRNAME = 'const __dirname = import.meta.dirname ?? new URL(".", import.meta.url).pathname;';

const bundles = [
  ...Object.entries(programs).map(([name, file]) => ({
    ...shared,
    ...(clients.has(name) ? client : settings[name]),
    entryPoints: [file],
    format: "cjs",
    outfile: `dist/${name}.cjs`,
    ...(name === "commands" ? { plugins: [...client.plugins, helpFile] } : {}),
  })),
  ...["index", "client", "embed"].flatMap((name) => [
    { ...shared, entryPoints: [`src/${name}.ts`], format: "esm", outfile: `dist/${name}.mjs`, banner: { js: DIRNAME } },
    { ...shared, entryPoints: [`src/${name}.ts`], format: "cjs", outfile: `dist/${name}.cjs` },
  ]),
];

// Overwritten in place by default: a daemon may be running from it. Packing wants nothing left over in it.
if (process.argv.includes("--clean")) rmSync(join(root, "dist"), { recursive: true, force: true });
const contexts = await Promise.all(bundles.map((options) => context(options)));
await Promise.all(contexts.map((one) => one.rebuild()));
if (process.argv.includes("--watch")) {
  await Promise.all(contexts.map((one) => one.watch()));
  console.log("built; watching for changes");
} else {
  await Promise.all(contexts.map((one) => one.dispose()));
}

if (!process.argv.includes("--no-types")) {
  const tsc = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json")],
    { stdio: "inherit" },
  );
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
  // For who calls `require`, a compiler wants types that say they are CommonJS.
  const required = join(root, "dist/types-of-require");
  rmSync(required, { recursive: true, force: true });
  cpSync(join(root, "dist/types"), required, { recursive: true });
  writeFileSync(join(required, "package.json"), '{ "type": "commonjs" }\n');
}
