import { expect, test } from "vitest";
import { withoutOwnVariables } from "../../src/config/own-variables.ts";

test("what our own processes are told by is nobody else's; what it goes by is, if somebody else has set it", () => {
  const theirs = { PATH: "/bin", EMPTY: "", GONE: undefined };
  const ours = { SUP_KEEPER_RESTARTS: "3", SUP_KEEPER_PID: "1" };
  expect(withoutOwnVariables({ ...theirs, ...ours, NOTIFY_SOCKET: "x" }, ["NOTIFY_SOCKET"])).toEqual({
    PATH: "/bin",
    EMPTY: "",
  });
  const trim = { MALLOC_TRIM_THRESHOLD_: "131072" };
  expect(withoutOwnVariables({ ...ours, ...trim, SUP_KEEPER_THRIFT: "1" })).toEqual({});
  expect(withoutOwnVariables({ ...ours, ...trim })).toEqual(trim);
});
