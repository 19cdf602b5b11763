import { nameProblem } from "../../model/select-processes.ts";
import type { Project } from "./find-project.ts";
import { quoted } from "./typed-sup.ts";

/** What the config says there is; `null` if it has mistakes. Takes as long as `sup check`. */
export type Configured = (
  project: Project,
) => Promise<readonly { readonly name: string; readonly group: string; readonly program: string }[] | null>;

/** What to do where no daemon runs that could start these: tried on the config first, so that it will do what it says. */
export async function startHint(project: Project, names: readonly string[], configured: Configured): Promise<string> {
  const all = howToStart(project);
  if (names.includes("all")) return all;
  const processes = await configured(project);
  if (processes === null) return `Nor could it be started, for there are mistakes in it: see \`${project.sup} check\``;
  const problem = nameProblem(names, processes);
  if (problem !== null) return `And ${problem}. ${all}`;
  return `${all} ${names.map(quoted).join(" ")} (only that, with what it depends on)`;
}

export function howToStart({ sup }: Project): string {
  return `Start it with: ${sup} up`;
}
