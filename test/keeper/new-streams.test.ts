import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { NewStreams } from "../../src/keeper/output/new-streams.ts";
import { OutputStream, type StreamReader } from "../../src/keeper/output/output-stream.ts";
import { eventually, makeFolder, removeFolder } from "./harness.ts";

test("streams are listened to 10 to 20 ms after they began, unless they are over by then; no stream, no timer", () => {
  vi.useFakeTimers();
  try {
    const streams = new NewStreams();
    const listened: string[] = [];
    const add = (name: string) => {
      const stream = { listen: () => void listened.push(name) };
      streams.add(stream);
      return stream;
    };
    const pass = (milliseconds: number) => {
      vi.advanceTimersByTime(milliseconds);
      return listened.splice(0);
    };
    add("one");
    const over = add("over");
    expect(pass(9)).toEqual([]);
    const soonOver = add("soon over");
    add("two");
    expect(pass(1)).toEqual([]);
    streams.delete(over);
    streams.delete(soonOver);
    add("three");
    expect([pass(9), pass(1)]).toEqual([[], ["one", "two"]]);
    expect(pass(10)).toEqual(["three"]);
    expect(vi.getTimerCount()).toBe(0);
    add("four");
    expect([pass(19), pass(1)]).toEqual([[], ["four"]]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("while programs wait to be started they are not listened to, but for no longer than a second", () => {
  vi.useFakeTimers();
  try {
    let busy = true;
    const streams = new NewStreams(() => busy);
    const listened: string[] = [];
    const add = (name: string) => streams.add({ listen: () => void listened.push(name) });
    expect(streams.wanted).toBe(true);
    add("one");
    vi.advanceTimersByTime(500);
    add("two");
    expect(listened).toEqual([]);
    busy = false;
    expect(streams.wanted).toBe(false);
    vi.advanceTimersByTime(20);
    expect(listened).toEqual(["one", "two"]);
    busy = true;
    add("three");
    vi.advanceTimersByTime(500);
    add("four");
    vi.advanceTimersByTime(499);
    expect(listened).toEqual(["one", "two"]);
    vi.advanceTimersByTime(11);
    expect(listened).toEqual(["one", "two", "three"]);
    vi.advanceTimersByTime(480);
    expect(listened).toEqual(["one", "two", "three"]);
    vi.advanceTimersByTime(20);
    expect(listened).toEqual(["one", "two", "three", "four"]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

/** What a stream told, and the FIFO that it reads. */
function listen(folder: string) {
  const fifo = join(folder, "fifo");
  execFileSync("mkfifo", [fifo]);
  const told = { text: "", ends: 0 };
  const reader: StreamReader = {
    take: (chunk) => void (told.text += Buffer.from(chunk).toString()),
    mayWait: () => false,
    ended: () => void told.ends++,
  };
  const stream = new OutputStream(fifo, reader, new NewStreams());
  return { fifo, told, stream, writer: fs.openSync(fifo, fs.constants.O_RDWR) };
}

test("what is over before anybody listens is read to its end, and tells its end once", async () => {
  const folder = makeFolder();
  const { told, stream, writer } = listen(folder);
  fs.writeSync(writer, "all");
  stream.drain();
  expect(told).toEqual({ text: "all", ends: 0 });
  fs.writeSync(writer, " of it");
  fs.closeSync(writer);
  stream.drain();
  expect(told).toEqual({ text: "all of it", ends: 1 });
  expect(stream).toMatchObject({ ended: true, closed: true });
  stream.listen();
  stream.drain();
  stream.close();
  expect(told).toEqual({ text: "all of it", ends: 1 });
  await removeFolder(folder);
});

test("what comes from one that lives is heard, and so is its end; not while it is paused", async () => {
  const folder = makeFolder();
  const { told, stream, writer } = listen(folder);
  stream.pause();
  fs.writeSync(writer, "waits");
  stream.listen();
  const other = listen(makeFolder());
  fs.writeSync(other.writer, "comes");
  await eventually(() => other.told.text === "comes");
  expect(told.text).toBe("");
  stream.resume();
  await eventually(() => told.text === "waits");
  fs.closeSync(writer);
  await eventually(() => told.ends === 1);
  other.stream.close();
  fs.closeSync(other.writer);
  await removeFolder(folder);
});

test("one that is closed before anybody listens lets go of its descriptor, and tells nothing", async () => {
  const folder = makeFolder();
  const { fifo, told, stream, writer } = listen(folder);
  fs.closeSync(writer);
  const hasReader = (): boolean => {
    try {
      fs.closeSync(fs.openSync(fifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
      return true;
    } catch {
      return false;
    }
  };
  expect(hasReader()).toBe(true);
  stream.close();
  stream.close();
  expect(hasReader()).toBe(false);
  expect(told).toEqual({ text: "", ends: 0 });
  await removeFolder(folder);
});
