import { describe, expect, it } from "vitest";
import { foreignFormat } from "../../src/config/foreign-format.ts";

const NO_SECTION = { message: "File contains no section headers.\nfile: 'x', line: 1\n'x'" };

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
    const found = foreignFormat(`/p/${file}`, text, NO_SECTION);
    expect(found).toMatchObject({ message: `/p/${file} looks like ${look}`, place: { line: 1, column: 1 } });
    expect(found?.hint).toContain("supervisor.config.ts");
  });

  it.each([
    ["x.yaml", "[supervisord]\n[program:a]\ncommand\n"],
    ["x.conf", "[program:a]\ncommand = true\nenvironment =\n  A='import x'\n"],
    ["x.conf", "[include]\nfiles:\n  a.conf\n"],
  ])("%s, %j, is Supervisor's, with a mistake of its own", (file, text) => {
    expect(foreignFormat(`/p/${file}`, text, { message: "Invalid" })).toBeNull();
  });

  it("keeps Supervisor's words where it looks like nothing, and says what is read", () => {
    const found = foreignFormat("/p/x.conf", "command=x\n", NO_SECTION);
    expect(found?.message).toBe(NO_SECTION.message);
    expect(found?.hint).toContain("[supervisord]");
  });
});
