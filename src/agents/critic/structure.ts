/** Structure: headings that lead a reader, and code that says what it is. */
import type { MarkdownDocument } from "./document.ts";
import { THRESHOLDS, type Finding, type Validator } from "./validator.ts";

/** What each fault takes from 100. */
const COST = { header: 20, skip: 10, language: 5 } as const;

/** S0-038 to S0-041. */
export const structure: Validator = {
  name: "structure",
  threshold: THRESHOLDS.structure,
  check(document) {
    const missing = missingHeader(document);
    const skips = skipsOf(document);
    const unnamed = document.blocks
      .filter(({ language }) => language === "")
      .map(({ line }) => ({ text: "Code block missing language identifier", ...atLine(line) }));
    const cost =
      missing.length * COST.header + skips.length * COST.skip + unnamed.length * COST.language;
    return {
      score: Math.max(0, 100 - cost) / 100,
      issues: [...missing, ...skips, ...unnamed],
      facts: { headings: document.headings.length },
    };
  },
};

function missingHeader({ headings }: MarkdownDocument): readonly Finding[] {
  return headings.some(({ level }) => level === 1) ? [] : [{ text: "Missing top-level header" }];
}

/** What the first heading is, is not looked at here: without one before it, nothing is skipped. */
function skipsOf({ headings }: MarkdownDocument): readonly Finding[] {
  return headings.flatMap(({ level, line }, at) => {
    const before = headings[at - 1]?.level ?? level;
    if (level <= before + 1) return [];
    return [{ text: `Header hierarchy skip detected (jumped from H${before} to H${level})`, line }];
  });
}

/** A line, where it is known. */
export function atLine(line: number | undefined): { readonly line?: number } {
  return line === undefined ? {} : { line };
}
