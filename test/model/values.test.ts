import { describe, expect, it } from "vitest";
import { parseBytes, parseDuration, parseMode, parseSignal } from "../../src/model/values.ts";

describe("units", () => {
  it.each([
    [10, 10],
    ["10s", 10],
    ["500ms", 0.5],
    ["1.5m", 90],
    ["1h", 3600],
    ["10", null],
    ["-5s", null],
    ["10 s", null],
    ["", null],
  ])("duration %j is %j seconds", (value, seconds) => expect(parseDuration(value)).toBe(seconds));

  it.each([
    [5, 5],
    ["5", 5],
    ["1KB", 1024],
    ["50MB", 52_428_800],
    ["2gb", 2_147_483_648],
    ["1 KB", 1024],
    ["1.5MB", null],
    ["50M", null],
    ["MB", null],
  ])("size %j is %j bytes", (value, bytes) => expect(parseBytes(value)).toBe(bytes));

  it.each([
    ["022", 0o22],
    ["0o22", 0o22],
    ["22", 0o22],
    [0o22, 0o22],
    ["9", null],
    ["", null],
    ["0x1", null],
  ])("mode %j is %j", (value, mode) => expect(parseMode(value)).toBe(mode));

  it.each([
    ["TERM", 15],
    ["sigusr2", 12],
    ["9", 9],
    [34, 34],
    [0, null],
    [32, null],
    ["SIG_IGN", null],
    ["RTMIN+1", null],
    ["", null],
  ])("signal %j is %j", (value, number) => expect(parseSignal(value)).toBe(number));
});
