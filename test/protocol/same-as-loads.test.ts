import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { pythonFloat } from "../../src/model/text/python-float.ts";
import { coerceArguments } from "../../src/protocol/coerce-arguments.ts";
import { CONTRACT } from "../../src/protocol/contract.ts";
import { decodeRequest } from "../../src/protocol/xml-rpc-decode.ts";

// Bodies are given to Supervisor's own code and to ours; what an event's listener would get of the first parameter is compared.

const script = fileURLToPath(new URL("../oracle/xml_rpc_loads.py", import.meta.url));
const theirs = (bodies: readonly string[]): (string | null)[] =>
  JSON.parse(execFileSync("/usr/bin/python3", [script], { input: JSON.stringify(bodies), encoding: "utf8" }));

function ours(body: string): string | null {
  const call = decodeRequest(new TextEncoder().encode(body));
  const [value] = call.ok ? call.params : [];
  if (value === undefined) return null;
  const [, data] = coerceArguments(CONTRACT.get("supervisor.sendRemoteCommEvent")!, ["", value]);
  return String(data);
}

const bodyOf = (value: string, attributes = ""): string =>
  `<methodCall ${attributes}><methodName>m</methodName><params><param><value>${value}</value></param></params></methodCall>`;
const inStruct = (value: string): string => `<struct><member><name>a</name><value>${value}</value></member></struct>`;
const double = (text: string): string => `<double>${text}</double>`;
const integer = (text: string): string => `<int>${text}</int>`;
const date = (text: string): string => `<dateTime.iso8601>${text}</dateTime.iso8601>`;

const VALUES = [
  ..."1.0 1 -0 0 1. .5 1e3 1e15 1e16 9999999999999998 123456789012345678 1e22 0.0001 0.00001 0.00012345 -1.5e-7 1.5e300 1e400".split(
    " ",
  ),
  ..."nan -NaN inf +Infinity 1_0 1_0.5_0e1_0 1__0 _1 1_ 1_.5 1e 0x1".split(" "),
]
  .map(double)
  .concat(
    [
      "5",
      "-0",
      "007",
      "1_000",
      "+5",
      "999999999999999",
      "9007199254740993",
      "-123456789012345678901",
      "9".repeat(4300),
    ].map(integer),
    ["9".repeat(4301), "1__0", "1.0", "- 1"].map(integer),
    ["20261120T10:00:00", "20261120T10:00:09", "20261320T10:00:00", "20261120T24:00:00"].map(date),
    [
      inStruct(double("2")),
      inStruct(double("1e-9")),
      inStruct(date("20260102T03:04:00")),
      inStruct(date("20260102T03:04:05")),
    ],
    ["<nil/>", "<nil></nil>", "<nil>x</nil>", "<i8/>", "<i8>5</i8>", "<string/>", "<boolean/>"],
  );

const DOCUMENTS = [
  bodyOf("<x:i8 xmlns:x='u'>5</x:i8>"),
  bodyOf("<x:i8>5</x:i8>"),
  bodyOf("<ex:nil/>", "xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'"),
  bodyOf("<ex:nil/>"),
  bodyOf("<string><x:y/></string>"),
  bodyOf("<int>5</int>", "x:a='1'"),
  bodyOf("<int>5</int>", "xml:lang='en'"),
  bodyOf("<int>5</int>", "xmlns='u'"),
  bodyOf("<int xmlns='u'>five</int>"),
  bodyOf("<int xmlns=''>5</int>"),
  bodyOf("<xml:int>5</xml:int>"),
  bodyOf("<xmlns:int>5</xmlns:int>"),
  bodyOf("<a:b:c xmlns:a='u'>5</a:b:c>"),
  bodyOf("<:c>5</:c>"),
  bodyOf("<a:c xmlns:a=''>5</a:c>"),
  bodyOf("<int>5</int>", "xmlns:xml='u'"),
  bodyOf("<int>5</int>", "xmlns:xmlns='u'"),
  bodyOf("<i8 xmlns:a='u'><a:b/></i8><a:b/>"),
  "<x:m xmlns:x='u'><methodName>m</methodName><params><param><value>5</value></param></params></x:m>",
  "<x:m><methodName>m</methodName><params><param><value>5</value></param></params></x:m>",
];

it("reads numbers, dates and namespaces as Supervisor does", () => {
  const bodies = [...VALUES.map((value) => bodyOf(value)), ...DOCUMENTS];
  const pairs = (answers: (string | null)[]) => bodies.map((body, index) => [body, answers[index]]);
  expect(pairs(bodies.map(ours))).toEqual(pairs(theirs(bodies)));
});

it("shows any number with a fraction as Python does", () => {
  // Not -0, which JavaScript writes as 0.
  const numbers = fc.sample(fc.double(), 2000).map((number) => number + 0);
  expect(numbers.map(pythonFloat)).toEqual(theirs(numbers.map((number) => bodyOf(double(String(number))))));
});
