import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readRegular } from "../../src/files/read-regular.ts";
import { sendSignal } from "../support/send-signal.ts";

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

  test("reads the pipe that a shell made for a command", async () => {
    const reader = spawn("sh", ["-c", "printf piped | sh -c 'echo $$; exec sleep 60'"], { detached: true });
    try {
      const [said] = (await once(reader.stdout, "data")) as [Buffer];
      // As `/dev/fd/0` is to the one that reads it.
      expect(readRegular(`/proc/${said.toString().trim()}/fd/0`).toString()).toBe("piped");
    } finally {
      sendSignal(-(reader.pid ?? 0), "SIGKILL");
    }
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
