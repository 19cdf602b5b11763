import { describe, expect, it } from "vitest";
import { ODD } from "./odd-files-table.ts";
import { compareWithSupervisor } from "./same-as-supervisor.ts";
import { writeConfigs } from "./write-configs.ts";

// Whole files that are a little odd: our reader and Supervisor's own parser beside each other.

/** Refused here, with a reason in docs/compatibility.md, or called by another name. */
const DIFFERENT: Readonly<Record<string, RegExp>> = {
  "no name": /^Invalid name: a name must not be empty$/,
  "a comment in a header": /^line 2 begins with "\[" but is no section header: '\[program:a'$/,
  "a NUL": /^line 3 contains a NUL character$/,
  "servers of both kinds, several": /"inet_http_server:xyz"/,
};

describe("a file that is a little odd", () => {
  it("is the same to both, but for what is documented", () => {
    const names = Object.keys(ODD);
    const different = compareWithSupervisor(writeConfigs(Object.values(ODD)))
      .map((each, index) => ({ ...each, name: names[index] ?? "" }))
      .filter(({ same }) => !same);
    const unexpected = different.filter(({ name, ours }) => {
      const said = typeof ours === "string" ? ours : JSON.stringify(ours);
      return !(DIFFERENT[name]?.test(said) ?? false);
    });
    expect(unexpected).toEqual([]);
    expect(different.map(({ name }) => name).sort()).toEqual(Object.keys(DIFFERENT).sort());
  });
});
