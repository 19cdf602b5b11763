import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { decodeUtf8 } from "../../src/ini/decode-utf8.ts";

const FAULTY = [
  "a\\xe9\\n",
  "a\\xe9",
  "\\xff",
  "\\xc3(",
  "\\xe2\\x82",
  "\\xe2\\x82(",
  "\\xf0\\x9f\\x98",
  "\\xf0\\x9f\\x98(x",
]
  .concat(
    "\\xed\\xa0\\x80",
    "\\xc0\\x80",
    "\\xf5\\x80\\x80\\x80",
    "\\xe0\\x80\\x80",
    "\\xf4\\x90\\x80\\x80",
    "\\xf0\\x80\\x80",
  )
  .concat("\\x80", "ok\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80\\xe9x", "\\xe2(", "\\xf0\\x9f");

it("refuses bytes that are no text in Python's words", () => {
  const script = "import sys\nfor b in eval(sys.argv[1]):\n try: b.decode()\n except UnicodeDecodeError as e: print(e)";
  const list = `[${FAULTY.map((text) => `b'${text}'`).join(",")}]`;
  const theirs = execFileSync("/usr/bin/python3", ["-c", script, list], { encoding: "utf8" }).trimEnd().split("\n");
  const ours = FAULTY.map((text) => {
    const latin = text
      .replaceAll("\\n", "\n")
      .replaceAll(/\\x(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    const decoded = decodeUtf8(Buffer.from(latin, "latin1"));
    return decoded.ok ? "no fault" : decoded.message;
  });
  expect(ours).toEqual(theirs);
});

it("keeps what is text as it is, and says in which line the other is", () => {
  expect(decodeUtf8(Buffer.from("\ufeffé€😀\u0000"))).toEqual({ ok: true, text: "\ufeffé€😀\u0000" });
  expect(decodeUtf8(Buffer.from([0x0a, 0x0a, 0xff]))).toMatchObject({ ok: false, line: 3 });
});
