import { builtinModules, createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * An esbuild plugin: these modules are read when something of theirs is used for the first time, and not with the bundle. For
 * clients: their time is the start of Node and the reading of code. Nothing of such a module may be used while a bundle is being
 * read, so no class of it can be extended.
 *
 * @param exported what is used of modules that cannot be loaded here by `require`
 */
export function lazyModules(names, exported = {}) {
  return {
    name: "lazy-modules",
    setup(build) {
      build.onResolve(
        { filter: exactly([...names, ...Object.keys(exported)], "(?:node:)?") },
        ({ path, namespace, resolveDir }) =>
          namespace === "lazy" ? undefined : { path, namespace: "lazy", pluginData: { resolveDir } },
      );
      build.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path, pluginData }) => {
        const getters = (exported[path] ?? Object.keys(require(path))).map((key) => getter(path, key));
        return { contents: `module.exports = { ${getters.join(", ")} };`, resolveDir: pluginData.resolveDir };
      });
    },
  };
}

/** An esbuild plugin: these packages are bundles of their own, package -> path from the bundle that asks for it. */
export function besides(files) {
  return {
    name: "besides",
    setup(build) {
      build.onResolve({ filter: exactly(Object.keys(files)) }, ({ path }) => ({ path: files[path], external: true }));
    },
  };
}

function exactly(names, prefix = "") {
  return new RegExp(`^${prefix}(?:${names.join("|")})$`);
}

function getter(path, key) {
  const name = builtinModules.includes(path) ? `node:${path}` : path;
  return `get ${key}() { return require(${JSON.stringify(name)}).${key}; }`;
}
