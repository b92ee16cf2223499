/** Reports as tests read them. */
import { reportFiles } from "../../src/projections/report.ts";
import type { RunView } from "../../src/projections/runs-view.ts";

/** `report.md`. */
export const textOf = (view: RunView): string => reportFiles(view)[0]?.text ?? "";
/** `report.json`. */
export const dataOf = (view: RunView): unknown => JSON.parse(reportFiles(view)[1]?.text ?? "");

/** The part of a report below a heading. */
export function part(text: string, heading: string): string {
  return text.split(`## ${heading}\n\n`)[1]?.split("\n\n## ")[0]?.trimEnd() ?? "";
}
