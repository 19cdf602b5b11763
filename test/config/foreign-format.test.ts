import { describe, expect, it } from "vitest";
import { foreignFormat } from "../../src/config/foreign-format.ts";

describe("a file that was taken for Supervisor's format by its name", () => {
  it.each<[file: string, text: string, look: string]>([
    ["x.yaml", "programs:\n  web:\n    command: node\n", "YAML"],
    ["x.yml", "a: b\n", "YAML"],
    ["x.conf", "# comment\n---\na: b\n", "YAML"],
    ["compose", "services:\n  web:\n    image: x\n", "YAML"],
    ["list", "programs:\n- web\n", "YAML"],
    ["x.toml", "[programs.web]\ncommand = 1\n", "TOML"],
    ["x", '# c\ntitle = "a"\n[programs.web]\ncommand = "node"\n', "TOML"],
    ["x.txt", '{ "programs": {} }', "JSON"],
    ["x.conf", '{\n  "programs": {}\n}\n', "JSON"],
    ["x.txt", 'import { defineConfig } from "sup";\nexport default defineConfig({});\n', "TypeScript or JavaScript"],
    ["x.conf", "// mine\nmodule.exports = {};\n", "TypeScript or JavaScript"],
    ["Procfile", "web: node server.js\n", "a Procfile"],
    ["Procfile.dev", "", "a Procfile"],
    ["procs", "web: node server.js\n\nworker: node worker.js\n", "a Procfile"],
  ])("%s, %j, looks like %s", (file, text, look) => {
    const found = foreignFormat(`/p/${file}`, text);
    expect(found).toMatchObject({ message: `/p/${file} looks like ${look}`, place: { line: 1, column: 1 } });
    expect(found?.hint).toContain("supervisor.config.ts");
  });

  it.each([
    ["x.yaml", "[supervisord]\n[program:a]\ncommand\n"],
    ["x.conf", "[program:a]\ncommand = true\nenvironment =\n  A='import x'\n"],
    ["x.conf", "[include]\nfiles:\n  a.conf\n"],
    ["x.conf", "command=x\n"],
    ["x.conf", ""],
  ])("%s, %j, may be Supervisor's, with a mistake of its own", (file, text) => {
    expect(foreignFormat(`/p/${file}`, text)).toBeNull();
  });
});
