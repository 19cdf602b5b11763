import { describe, expect, test } from "vitest";
import { takeHandlers } from "../../src/config/evaluate/take-handlers.ts";
import { validateConfig } from "../../src/model/schema/validate.ts";

describe("handlers", () => {
  test("are kept out of what becomes JSON, and nothing else is", () => {
    const config = { programs: {}, listeners: { a: { events: ["EVENT"], handler: () => {} }, b: { events: [] } } };
    expect(takeHandlers(config)).toEqual({
      config: { programs: {}, listeners: { a: { events: ["EVENT"], handler: true }, b: { events: [] } } },
      problems: [],
    });
    expect(typeof config.listeners.a.handler).toBe("function");
  });

  test.each([
    [true, "found true"],
    ["alert", "found text"],
    [{}, "found an object"],
    [null, "found null"],
  ])("that are %j are a mistake", (handler, found) => {
    const { problems } = takeHandlers({ listeners: { a: { events: ["EVENT"], handler } } });
    expect(problems).toMatchObject([
      { message: `listeners.a.handler must be a function, ${found}`, path: ["listeners", "a", "handler"] },
    ]);
  });

  test("that are misspelt are left to the schema, which knows what was meant; functions elsewhere are not", () => {
    const a = { events: ["EVENT"], handle: () => {}, user: () => "me" };
    const { config, problems } = takeHandlers({ listeners: { a } });
    expect(config).toEqual({ listeners: { a: { ...a, handle: true } } });
    expect(problems).toEqual([]);
    const { user: _, ...rest } = (config as { listeners: { a: typeof a } }).listeners.a;
    expect(validateConfig({ programs: {}, listeners: { a: rest } })).toMatchObject({
      ok: false,
      problems: [{ message: "unknown option `handle` in listeners.a", hint: "did you mean `handler`?" }],
    });
  });

  test.each([[undefined], [null], [7], [[]], [{ listeners: 3 }], [{ listeners: { a: 3 } }]])(
    "are not looked for in %j",
    (config) => {
      expect(takeHandlers(config)).toEqual({ config, problems: [] });
    },
  );
});
