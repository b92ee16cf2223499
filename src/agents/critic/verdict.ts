/** What a gate makes of a critique (S0-056). Pure. */
import type { Verdict } from "../../events/work.ts";
import type { Critique } from "./critique.ts";
import type { Dimension } from "./validator.ts";

/** How many issues a verdict has, and how long each may be: it is recorded. */
const MOST = 50;
const LONGEST = 300;

/**
 * A critique as a gate's answer: 8 of 10 is a dimension's own threshold, so that a gate of .8, the
 * default, opens for exactly those texts that pass (T-C1). `completeness` is that dimension,
 * `accuracy` the worst of the others.
 */
export function verdictOf({ overall, passed, dimensions, issues }: Critique): Verdict {
  const isComplete = ({ dimension }: Dimension): boolean => dimension === "completeness";
  const worst = (of: readonly Dimension[]): number => Math.min(10, ...of.map(outOfTen));
  const accuracy = worst(dimensions.filter((one) => !isComplete(one)));
  const isEmpty = issues.some(({ dimension }) => dimension === "content");
  const told = issues.filter(({ priority }) => priority !== "info");
  const texts = told.slice(0, MOST).map(({ text, line }) => {
    return line === undefined ? short(text) : `${short(text)} (line ${line})`;
  });
  return {
    completeness: isEmpty ? 0 : worst(dimensions.filter(isComplete)),
    // it may be the mean that is too low
    accuracy: isEmpty ? 0 : passed ? accuracy : Math.min(accuracy, overall * 10),
    issues: told.length > MOST ? [...texts, `… and ${told.length - MOST} more`] : texts,
  };
}

function outOfTen({ score, threshold }: Dimension): number {
  if (score < threshold) return (8 * score) / threshold;
  return threshold === 1 ? 10 : 8 + (2 * (score - threshold)) / (1 - threshold);
}

function short(text: string): string {
  if (text.length <= LONGEST) return text;
  // half a surrogate pair is no text
  return `${text.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
