/** The feedback report: a critique for whoever wrote the text (S0-051). Pure. */
import { oneLine } from "../markdown.ts";
import { gradeOf, type Critique, type CritiqueIssue } from "./critique.ts";

/** The report as Markdown; what is to be done stands there only where it has not passed. */
export function feedbackReport(critique: Critique): string {
  const { overall, grade, passed, issues } = critique;
  const head = [
    `**Overall Score**: ${percent(overall)} (Grade ${grade})`,
    `**Status**: ${passed ? "✅ PASSED" : "❌ NEEDS REFINEMENT"}`,
  ];
  const parts = [
    ["# Quality Feedback Report", head.join("  \n")],
    ["## Issues Identified", issues.length === 0 ? "None." : bullets(issues)],
    ["## Dimension Scores", dimensionTable(critique)],
    ...(passed ? [] : [["## Recommended Actions", actions(issues)]]),
  ];
  return `${parts.flat().join("\n\n")}\n`;
}

/**
 * A share of 1 as `66.7%`. It is never rounded up to a grade, or a decision, that was not reached:
 * .79996 is 79.9%.
 */
export function percent(share: number): string {
  const rounded = Math.round(share * 1_000) / 10;
  const reached = gradeOf(rounded / 100) === gradeOf(share);
  return `${(reached ? rounded : rounded - 0.1).toFixed(1)}%`;
}

export function dimensionTable({ dimensions }: Critique): string {
  const rows = dimensions.map(({ dimension, score, threshold, passed }) => {
    const mark = passed ? "✅" : "❌";
    return `| ${dimension} | ${percent(score)} | ${percent(threshold)} | ${mark} |`;
  });
  return ["| Dimension | Score | Threshold | Passed |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

/** Issues as a list; each says how much it matters, unless that is said above. */
export function bullets(issues: readonly CritiqueIssue[], says = true): string {
  return issues.map((one) => `- ${says ? `${one.priority}: ` : ""}${issueLine(one)}`).join("\n");
}

/** What is to be done, most urgent first. */
export function actions(issues: readonly CritiqueIssue[]): string {
  const todo = issues.filter(({ priority }) => priority !== "info");
  return todo.map((issue, at) => `${at + 1}. ${issueLine(issue)}`).join("\n");
}

/** `[STRUCTURE] Missing top-level header (line 3)`: what the text says of itself opens no markup. */
function issueLine({ text, line }: CritiqueIssue): string {
  const [, dimension = "", said = text] = /^(\[\w+\] )(.*)$/s.exec(text) ?? [];
  return `${dimension}${oneLine(said)}${line === undefined ? "" : ` (line ${line})`}`;
}
