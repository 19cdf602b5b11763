import type { StreamItem } from "../../protocol/api.ts";
import type { styler } from "./colors.ts";

/** A change of state as a line for people who watch. What has failed stands out; what was to be expected does not. */
export function stateText(
  { namespec, to, detail, failed }: Extract<StreamItem, { readonly type: "state" }>,
  paint: ReturnType<typeof styler>,
): string {
  const text = `${namespec} ${to.toLowerCase()}${detail === "" ? "" : ` (${detail})`}`;
  if (failed) return paint(to === "FATAL" || to === "UNKNOWN" ? ["bold", "red"] : "red", text);
  return paint(to === "RUNNING" ? "green" : "dim", text);
}
