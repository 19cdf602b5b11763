import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coerceArguments } from "../../src/protocol/coerce-arguments.ts";
import { CONTRACT } from "../../src/protocol/contract.ts";
import { listMethods, methodSignature } from "../../src/protocol/introspection.ts";
import { decodeRequest, decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeFault, encodeRequest, encodeResponse } from "../../src/protocol/xml-rpc-encode.ts";
import type { Decoded, Encodable } from "../../src/protocol/xml-rpc-value.ts";

/** Requests and answers recorded from a live Supervisor 4.2.5, and a few from 4.4. */
interface Transcript {
  readonly title: string;
  readonly request: string;
  readonly status: number;
  readonly response: string;
}

const text = readFileSync(new URL("../fixtures/transcripts/xml-rpc.md", import.meta.url), "utf8");
const transcripts: Transcript[] = text.split(/^### /m).flatMap((section) => {
  const blocks = [...section.matchAll(/```xml\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const status = /Response: HTTP (\d+)/.exec(section)?.[1];
  if (status === undefined || blocks[0] === undefined) return [];
  const title = section.slice(0, section.indexOf("\n"));
  return [{ title, request: blocks[0], status: Number(status), response: unescaped(blocks[1] ?? "") }];
});

/** The recording shows control characters as `\\x1b`; on the wire they were raw. */
function unescaped(response: string): string {
  return response.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const answered = transcripts.filter(({ status, response }) => status === 200 && response !== "");
const bytes = (body: string) => new TextEncoder().encode(body);

/** Raw control characters are what we do not reproduce: the answer is not XML. */
const HAS_CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

describe("recorded conversations", () => {
  it("are all there", () => {
    expect(transcripts.length).toBeGreaterThan(95);
    expect(answered.length).toBeGreaterThan(90);
  });

  it.each(transcripts)("the request of $title decodes, and encodes to the same bytes", ({ request }) => {
    const decoded = decodeRequest(bytes(request));
    if (!decoded.ok) throw new Error(decoded.reason);
    expect(encodeRequest(decoded.method, decoded.params as Encodable[])).toBe(request);
  });

  it.each(answered)("the answer of $title encodes to the same bytes", ({ response }) => {
    const decoded = decodeResponse(bytes(response));
    if (decoded.kind === "malformed") throw new Error(decoded.reason);
    const again =
      decoded.kind === "fault"
        ? encodeFault(decoded.code, decoded.text)
        : encodeResponse(decoded.value as Exclude<Decoded, null> as Encodable);
    if (HAS_CONTROLS.test(response)) expect(again).toContain("\ufffd");
    else expect(again).toBe(response);
  });

  it("list exactly the methods of the contract", () => {
    const { response } = answered.find(({ title }) => title.startsWith("J1."))!;
    expect(decodeResponse(bytes(response))).toEqual({ kind: "value", value: listMethods() });
  });

  it("show the signature that the contract has", () => {
    const { response } = answered.find(({ title }) => title.startsWith("J2."))!;
    expect(decodeResponse(bytes(response))).toEqual({
      kind: "value",
      value: methodSignature("supervisor.startProcess"),
    });
  });

  it.each(transcripts)(
    "the arguments of $title are judged as Supervisor judged them",
    ({ request, response, status }) => {
      const decoded = decodeRequest(bytes(request));
      if (!decoded.ok) throw new Error(decoded.reason);
      const method = CONTRACT.get(decoded.method);
      const unknown = response.includes("<string>UNKNOWN_METHOD</string>");
      expect(method === undefined).toBe(unknown);
      if (method === undefined) return;
      const answer = decodeResponse(bytes(response));
      if (answer.kind === "fault" && answer.code === 2) {
        expect(() => coerceArguments(method, decoded.params)).toThrow(answer.text);
      } else if (status === 200) {
        expect(coerceArguments(method, decoded.params)).toHaveLength(method.params.length);
      }
    },
  );
});
