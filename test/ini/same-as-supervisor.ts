import { isDeepStrictEqual } from "node:util";
import { loadIni } from "../../src/ini/load-ini.ts";
import { fromModel, fromOracle } from "./comparable.ts";
import { hostFiles, hostWorld } from "./host.ts";
import { askSupervisor, type OracleAnswer } from "./oracle.ts";

/** What became of one file: a message, or the model with what is said to the log. */
export interface Compared {
  readonly file: string;
  readonly ours: unknown;
  readonly theirs: unknown;
  readonly same: boolean;
  /** Supervisor reads it, and we refuse it. */
  readonly stricter: boolean;
}

/** Gives the same files to Supervisor's own parser and to ours. */
export function compareWithSupervisor(files: readonly string[]): Compared[] {
  const answers = askSupervisor(files);
  return files.map((file, index) => {
    const answer = answers[index]!;
    const [ours, theirs] = [oursOf(file), theirsOf(answer)];
    const stricter = answer.error === undefined && typeof ours === "string";
    return { file, ours, theirs, same: isDeepStrictEqual(ours, theirs), stricter };
  });
}

function oursOf(file: string): unknown {
  const { outcome, messages } = loadIni({ ...hostFiles, file, world: hostWorld(file) });
  if (!outcome.ok) return outcome.problems[0]?.message;
  const said = (level: string): string[] => messages.filter((line) => line.level === level).map(({ text }) => text);
  return { ...fromModel(outcome.value), warnings: said("warn"), infos: said("info") };
}

function theirsOf(answer: OracleAnswer): unknown {
  return answer.error ?? { ...fromOracle(answer), warnings: answer.warnings, infos: answer.infos };
}
