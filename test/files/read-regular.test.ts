import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readRegular } from "../../src/files/read-regular.ts";

describe("reading a file that may have become something else", () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sup-read-regular-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("reads files, also through links, and nothing from /dev/null", () => {
    writeFileSync(at("file"), "text");
    symlinkSync(at("file"), at("link"));
    symlinkSync("/dev/null", at("masked"));
    expect(readRegular(at("file")).toString()).toBe("text");
    expect(readRegular(at("link")).toString()).toBe("text");
    expect(readRegular(at("masked")).toString()).toBe("");
  });

  test("reads the pipe that a shell made for a command", () => {
    const read = join(import.meta.dirname, "../../src/files/read-regular.ts");
    const code = `import(${JSON.stringify(read)}).then(({ readRegular }) => process.stdout.write(readRegular("/dev/fd/0")))`;
    const args = ["--no-warnings", "--experimental-strip-types", "-e", code];
    // Not every Node of ours reads TypeScript by itself.
    const known = process.allowedNodeEnvironmentFlags.has("--experimental-strip-types");
    if (known) expect(execFileSync(process.execPath, args, { input: "piped", encoding: "utf8" })).toBe("piped");
    else expect(() => readRegular("/dev/fd/12345")).toThrow("ENOENT");
  });

  test("refuses a named pipe that nobody writes to instead of waiting for a writer, and devices that never end", () => {
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync("/dev/zero", at("endless"));
    expect(() => readRegular(at("pipe"))).toThrow(`${at("pipe")} is a named pipe, not a file`);
    expect(() => readRegular(at("endless"))).toThrow("is a device, not a file");
    expect(() => readRegular(folder)).toThrow("EISDIR");
    expect(() => readRegular(at("none"))).toThrow("ENOENT");
  });
});
