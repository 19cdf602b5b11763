import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const require = createRequire(import.meta.url);

/** An esbuild plugin: beside the bundle of the commands there is `help.json`, the help of each as that bundle tells it. */
export const helpFile = {
  name: "help-file",
  setup(build) {
    build.onEnd(({ errors }) => {
      if (errors.length > 0) return;
      const bundle = resolve(build.initialOptions.absWorkingDir, build.initialOptions.outfile);
      delete require.cache[bundle];
      const { createProgram, helpTexts } = require(bundle);
      writeFileSync(join(dirname(bundle), "help.json"), JSON.stringify(helpTexts(createProgram(() => {}))));
    });
  },
};
