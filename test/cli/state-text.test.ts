import { describe, expect, it } from "vitest";
import { styler } from "../../src/cli/render/colors.ts";
import { stateText } from "../../src/cli/render/state-text.ts";

type Item = Parameters<typeof stateText>[0];

const item = (to: Item["to"], failed: boolean, detail = ""): Item => ({
  type: "state",
  namespec: "web",
  from: "RUNNING",
  to,
  detail,
  failed,
  seq: 1,
});
const RED = "\u001b[31m";

describe("a change of state, for people who watch", () => {
  it.each<[Item, string]>([
    [item("RUNNING", false), "\u001b[32mweb running\u001b[39m"],
    [item("EXITED", false, "exit status 0"), "\u001b[2mweb exited (exit status 0)\u001b[22m"],
    [item("STOPPED", false), "\u001b[2mweb stopped\u001b[22m"],
    [item("EXITED", true, "exit status 3; not expected"), `${RED}web exited (exit status 3; not expected)\u001b[39m`],
    [item("BACKOFF", true, "exit status 1"), `${RED}web backoff (exit status 1)\u001b[39m`],
    [item("FATAL", true, "it gave up"), `\u001b[1m${RED}web fatal (it gave up)\u001b[39m\u001b[22m`],
    [item("UNKNOWN", true), `\u001b[1m${RED}web unknown\u001b[39m\u001b[22m`],
  ])("%j on a terminal", (state, text) => {
    expect(stateText(state, styler({ isTTY: true }, {}))).toBe(text);
  });

  it.each([
    [{ isTTY: true }, { NO_COLOR: "1" }],
    [{ isTTY: false }, {}],
  ])("has no colours on %j with %j", (stream, env) => {
    expect(stateText(item("FATAL", true, "it gave up"), styler(stream, env))).toBe("web fatal (it gave up)");
  });
});
