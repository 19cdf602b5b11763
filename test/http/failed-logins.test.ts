import { expect, test } from "vitest";
import { FailedLogins } from "../../src/http/access/failed-logins.ts";

test("five wrong passwords are free, each later one costs a second, until one is right or a minute is over", () => {
  let now = 0;
  const logins = new FailedLogins(() => now);
  for (let count = 0; count < 5; count++) {
    expect(logins.delayFor("1.2.3.4")).toBe(0);
    logins.failed("1.2.3.4");
  }
  expect(logins.delayFor("1.2.3.4")).toBe(1000);
  expect(logins.delayFor("1.2.3.5")).toBe(0);
  logins.succeeded("1.2.3.4");
  expect(logins.delayFor("1.2.3.4")).toBe(0);

  for (let count = 0; count < 6; count++) logins.failed("1.2.3.4");
  now = 59_999;
  expect(logins.delayFor("1.2.3.4")).toBe(1000);
  now = 60_000;
  expect(logins.delayFor("1.2.3.4")).toBe(0);
});

test("a flood of peers does not push out the one that keeps guessing", () => {
  const logins = new FailedLogins(() => 0);
  for (let count = 0; count < 5000; count++) {
    logins.failed("guesser");
    logins.failed(`peer ${count}`);
  }
  expect(logins.delayFor("guesser")).toBe(1000);
  expect(logins.delayFor("peer 0")).toBe(0);
});

test("more connections are no more guesses: eight answers of a peer may be waited for at a time", () => {
  const logins = new FailedLogins(() => 0);
  expect(Array.from({ length: 10 }, () => logins.enter("guesser"))).toEqual([
    ...Array<boolean>(8).fill(true),
    false,
    false,
  ]);
  expect(logins.enter("other")).toBe(true);
  logins.leave("guesser");
  expect([logins.enter("guesser"), logins.enter("guesser")]).toEqual([true, false]);
});
