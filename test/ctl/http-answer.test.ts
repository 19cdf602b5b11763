import { describe, expect, it } from "vitest";
import { HttpAnswerReader } from "../../src/ctl/http-answer.ts";

const CRLF = "\r\n";
const head = (...lines: string[]): string => [...lines, "", ""].join(CRLF);
const sized = `${head("HTTP/1.1 200 OK", "Content-Length: 5", "X-A:  b ")}hello`;

/** Every way of cutting the bytes in two. */
function inPieces(text: string): { status: number; reason: string; body: string; keepAlive: boolean }[] {
  const bytes = Buffer.from(text);
  return [...bytes.keys()].map((at) => {
    const reader = new HttpAnswerReader();
    const answer = reader.take(bytes.subarray(0, at)) ?? reader.take(bytes.subarray(at)) ?? reader.end();
    if (answer === null) throw new Error("not whole");
    return { status: answer.status, reason: answer.reason, body: answer.body.toString(), keepAlive: answer.keepAlive };
  });
}

describe("an HTTP answer", () => {
  it.each([
    [sized, { status: 200, reason: "OK", body: "hello", keepAlive: true }],
    [sized.replace("X-A:  b ", "Connection: close"), { status: 200, reason: "OK", body: "hello", keepAlive: false }],
    [
      `${head("HTTP/1.0 401 Unauthorized", "Content-Length: 0")}`,
      { status: 401, reason: "Unauthorized", body: "", keepAlive: false },
    ],
    [
      `${head("HTTP/1.0 200 OK", "Content-Length: 2", "Connection: Keep-Alive")}ok`,
      { status: 200, reason: "OK", body: "ok", keepAlive: true },
    ],
    [`${head("HTTP/1.1 100 Continue")}${sized}`, { status: 200, reason: "OK", body: "hello", keepAlive: true }],
    [
      `${head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")}3${CRLF}hel${CRLF}2;x=y${CRLF}lo${CRLF}0${CRLF}${CRLF}`,
      { status: 200, reason: "OK", body: "hello", keepAlive: true },
    ],
    [
      `${head("HTTP/1.1 404 Not Found")}until the end`,
      { status: 404, reason: "Not Found", body: "until the end", keepAlive: false },
    ],
  ])("%j is read however it is cut", (text, expected) => {
    for (const answer of inPieces(text)) expect(answer).toEqual(expected);
  });

  it.each([
    "SSH-2.0-x\r\n\r\n",
    head("HTTP/1.1 200 OK", "Content-Length: five"),
    head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "x\r\n",
  ])("%j is refused", (text) => {
    expect(() => new HttpAnswerReader().take(Buffer.from(text))).toThrow();
  });

  it("is not whole when the connection breaks", () => {
    const reader = new HttpAnswerReader();
    expect(reader.take(Buffer.from(sized.slice(0, -1)))).toBeNull();
    expect(reader.end()).toBeNull();
  });
});
