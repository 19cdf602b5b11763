import { expect, it } from "vitest";
import { placeProblems } from "../../src/config/place-problems.ts";
import type { Problem } from "../../src/model/problem.ts";

const SIGNAL = "value 'BOO' is not a valid signal name";
const signalOf = (program: string): Problem => ({ message: SIGNAL, path: ["programs", program, "stopsignal"] });

function placed(source: string, ...problems: Problem[]): [message: string, line: number][] {
  const found = placeProblems(problems, { file: "/c.ts", files: ["/c.ts"], read: () => source });
  return found.map(({ message, place }) => [message, place?.line ?? 0]);
}

it("leaves a message alone whose place says what it is about", () => {
  const source = 'export default { programs: {\n web: { stopsignal: "BOO" },\n db: { stopsignal: "BOO" } } };';
  expect(placed(source, signalOf("web"), signalOf("db"))).toEqual([
    [SIGNAL, 2],
    [SIGNAL, 3],
  ]);
});

it("says which option it is where the place is only what is around it", () => {
  const source = 'const programs = {};\nprograms.web = { stopsignal: "BOO" };\nexport default { programs };';
  expect(placed(source, signalOf("web"))).toEqual([[`programs.web.stopsignal: ${SIGNAL}`, 3]]);
});

it("says which program it is where one place is that of several", () => {
  const source =
    'const make = () => ({\n stopsignal: "BOO" });\nexport default { programs: { web: make(), db: make() } };';
  expect(placed(source, signalOf("web"), signalOf("db"))).toEqual([
    [`programs.web.stopsignal: ${SIGNAL}`, 2],
    [`programs.db.stopsignal: ${SIGNAL}`, 2],
  ]);
  expect(placed(source, signalOf("web"))).toEqual([[SIGNAL, 2]]);
});

it("says nothing twice, and leaves places that are known as they are", () => {
  const source = "export default make();";
  const named: Problem = {
    message: "programs.web.command must be text, found 3",
    path: ["programs", "web", "command"],
  };
  const whole: Problem = { message: "the config exports nothing", path: [] };
  const known: Problem = { ...signalOf("web"), place: { file: "/a.conf", line: 7, column: 1 } };
  expect(placed(source, named, whole, known)).toEqual([
    [named.message, 1],
    [whole.message, 1],
    [SIGNAL, 7],
  ]);
});
